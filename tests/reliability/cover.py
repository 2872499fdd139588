"""Which test, or which fault of the campaign, covers each fault of the catalogue.

Tests are named by file and function, stories by their function in `warmline/stories`, faults of
the campaign by the name that `warmline simulate --faults` takes. `test_page.py` fails when a name
here leads nowhere, and when a fault has neither cover nor a reason why not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what happens, and what shows that it is survived. ``gap`` says what is missing."""

    number: int
    what: str
    tests: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()
    gap: str = ""


def fault(number: int, what: str, *tests: str, campaign: str = "", gap: str = "") -> Fault:
    """``campaign`` holds names with spaces between them."""
    return Fault(number, what, tests, tuple(campaign.split()), gap)


GROUPS: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    (
        "The web process is killed",
        (
            fault(
                1,
                "before it writes",
                "processes/test_killed.py::"
                "the_web_is_killed_while_a_customer_is_on_hold_and_a_phone_rings",
                "live/test_dispatch.py::a_repeated_first_webhook_finds_the_same_contact",
                campaign="web_kill_before_write",
            ),
            fault(
                2,
                "after it wrote, before it answers Twilio",
                "processes/test_killed.py::"
                "the_web_is_killed_again_and_again_while_customers_call_in",
                "webhooks/test_incoming.py::the_same_webhook_twice_is_one_contact_and_the_same_words",
                "live/test_dispatch.py::an_event_with_a_mark_has_one_effect",
                campaign="web_kill_after_write",
            ),
            fault(
                3,
                "after the commit, and no wake-up reaches a worker",
                "workers/test_end_to_end_faults.py::a_wake_up_that_was_lost_is_replaced",
                "live/test_due.py::a_contact_is_sent_once_until_it_was_lost",
                campaign="worker_kill_after_pop",
            ),
        ),
    ),
    (
        "A worker is killed",
        (
            fault(
                4,
                "before it dials",
                "processes/test_killed.py::the_workers_are_killed_around_a_dial",
                "live/test_dispatch.py::"
                "a_worker_that_goes_on_queues_no_job_but_is_replaced_when_it_dies",
                campaign="worker_kill_before_dial",
            ),
            fault(
                5,
                "after the dial, before it knows the CallSid",
                "processes/test_killed.py::the_workers_are_killed_around_a_dial",
                "workers/test_end_to_end_faults.py::"
                "a_worker_that_is_killed_while_it_dials_is_replaced_and_nobody_rings_twice",
                "workers/test_jobs.py::"
                "what_a_dead_worker_took_is_looked_up_before_anybody_is_rung_again",
                campaign="worker_kill_after_dial",
            ),
            fault(
                6,
                "the receiver is in the room, the agent not let go yet",
                "processes/test_killed.py::the_workers_are_killed_while_they_let_the_agent_go",
                campaign="worker_kill_before_call",
            ),
            fault(
                7,
                "the agent is let go, and that is not written",
                "processes/test_killed.py::the_workers_are_killed_while_they_let_the_agent_go",
                campaign="worker_kill_after_call worker_kill_before_commit",
            ),
            fault(
                8,
                "while it schedules a retry",
                "processes/test_killed.py::the_workers_are_killed_while_a_retry_is_being_planned",
                "workers/test_jobs.py::twilio_being_away_is_tried_again_later",
                campaign="worker_kill_before_commit worker_kill_after_commit",
            ),
            fault(
                9,
                "while a customer is called back",
                campaign="worker_kill_in_callback",
            ),
            fault(
                10,
                "right after it took the job",
                "processes/test_killed.py::the_workers_are_killed_right_after_taking_the_job",
                "workers/test_end_to_end_faults.py::a_wake_up_that_was_lost_is_replaced",
                campaign="worker_kill_after_pop",
            ),
        ),
    ),
    (
        "Other processes",
        (
            fault(
                11,
                "RQ's own scheduler does not run for a quarter of an hour",
                "live/test_due.py::a_commit_sets_the_next_moment",
                gap="Warmline does not use it: what is due is moved by its own clock",
            ),
            fault(
                12,
                "a job that is done runs again",
                "workers/test_jobs.py::a_doubled_job_dials_once",
                campaign="job_twice",
            ),
            fault(
                13,
                "a deployment during a transfer, old and new code side by side",
                "ledger/test_ledger_migrations.py::"
                "old_code_leaves_a_newer_database_alone_and_works_with_it",
                "processes/test_outages.py::a_rolling_restart_under_load_loses_nobody",
                gap="two versions of the code that read each other's live records are not tested",
            ),
            fault(
                14,
                "a job that fails every time",
                "workers/test_jobs.py::a_poisoned_contact_becomes_a_ticket_after_three_tries",
            ),
            fault(
                15,
                "the host has no memory or no disk left",
                "processes/test_outages.py::"
                "the_application_is_down_for_a_minute_with_callers_on_hold",
                "webhooks/test_store_away.py::every_voice_route_answers_with_music_and_asks_again",
                "processes/test_outages.py::"
                "the_application_is_down_for_a_minute_with_callers_on_hold",
                campaign="redis_full web_down",
                gap="an exhausted host itself is not tested, only what it does to Redis and web",
            ),
        ),
    ),
    (
        "Redis",
        (
            fault(
                16,
                "restarts",
                "processes/test_stores.py::redis_is_killed_while_a_phone_rings",
                "processes/test_stores.py::"
                "redis_is_killed_while_people_talk_and_they_notice_nothing",
                "workers/test_end_to_end_faults.py::redis_restarts_in_the_middle_of_a_hunt",
                "workers/test_worker.py::a_worker_ends_when_redis_goes_away_and_the_clock_waits",
                campaign="redis_down",
            ),
            fault(
                17,
                "the last second of writes is gone",
                "contact/test_rebuilt.py::"
                "a_receiver_who_is_in_the_room_has_accepted_though_we_forgot_it",
                "ops/test_embedded.py::an_acknowledged_write_survives_kill_9",
                "processes/test_wiped.py::an_old_record_goes_on_from_what_is_really_there",
            ),
            fault(
                18,
                "everything in it is gone",
                "contact/test_rebuilt.py::a_customer_alone_in_the_room_is_sought_for_again",
                "contact/test_rebuilt.py::an_open_promise_waits_for_its_hour_and_is_kept_then",
                "contact/test_rebuilt.py::who_hears_whom_tells_how_far_a_transfer_had_come",
                "campaign/test_wiped.py::a_consultation_goes_on_and_is_completed",
                "campaign/test_wiped.py::"
                "a_transfer_whose_receiver_is_not_there_yet_gives_the_customer_back",
                "processes/test_wiped.py::who_waits_alone_is_sought_for_again",
                "processes/test_wiped.py::who_talks_goes_on_talking_and_can_be_passed_on",
                "processes/test_wiped.py::an_open_promise_is_waited_for_again_and_kept",
            ),
            fault(
                19,
                "a failover loses writes that were acknowledged",
                "contact/test_rebuilt.py::nothing_that_the_lost_record_named_is_named_again",
                "processes/test_wiped.py::an_old_record_goes_on_from_what_is_really_there",
                gap="a real failover is not tested, only the old records that it leaves behind",
            ),
            fault(
                20,
                "is full and evicts nothing",
                "processes/test_stores.py::redis_refuses_to_write",
                "ops/test_embedded.py::it_keeps_an_append_only_file_and_never_evicts",
                campaign="redis_full",
            ),
            fault(
                21,
                "takes no writes",
                "processes/test_stores.py::redis_refuses_to_write",
                campaign="redis_read_only",
            ),
            fault(
                22,
                "is slow for 20 s",
                "processes/test_stores.py::redis_hangs_for_twenty_seconds",
                "webhooks/test_store_away.py::"
                "a_redis_that_has_stopped_answering_costs_less_than_three_seconds",
                campaign="redis_slow",
            ),
            fault(
                23,
                "a transaction was applied, and its answer never came",
                "live/test_commit.py::a_commit_on_an_old_version_writes_nothing",
                campaign="redis_answer_lost",
            ),
            fault(
                24,
                "a record cannot be read",
                "live/test_commit.py::a_corrupt_record_is_set_aside",
                "workers/test_jobs.py::a_broken_record_becomes_a_ticket",
                "webhooks/test_store_away.py::"
                "a_corrupt_record_is_set_aside_and_the_caller_stays_on_the_line",
                "processes/test_wiped.py::"
                "a_record_that_cannot_be_read_is_rebuilt_and_a_human_is_told",
            ),
        ),
    ),
    (
        "SQL",
        (
            fault(
                25,
                "is down",
                "processes/test_stores.py::no_promise_is_spoken_that_is_not_written",
                "contact/test_stories.py::no_promise_is_spoken_while_the_ledger_is_away",
                "workers/test_perform_promises.py::nothing_is_promised_while_the_ledger_is_away",
                campaign="sql_down",
            ),
            fault(
                26,
                "is slow or locked",
                "processes/test_stores.py::sql_is_locked_and_calls_go_on",
                "ledger/test_ledger_faults.py::"
                "a_locked_database_is_reported_in_time_and_nothing_is_lost",
                campaign="sql_locked",
            ),
        ),
    ),
    (
        "Webhooks",
        (
            fault(
                27,
                "delivered twice in the same moment",
                "webhooks/test_receiver.py::the_same_accept_twice_is_one_and_both_get_the_room",
                campaign="webhook_duplicate",
            ),
            fault(
                28,
                "out of order",
                "webhooks/test_status.py::room_events_are_ordered_by_their_sequence_number",
                campaign="webhook_reorder",
            ),
            fault(
                29,
                "long after the end",
                "live/test_dispatch.py::late_news_writes_nothing",
                campaign="webhook_delay",
            ),
            fault(
                30,
                "one is lost",
                "processes/test_news_lost.py::one_lost_goodbye_is_noticed_within_half_a_minute",
                campaign="webhook_lose",
            ),
            fault(
                31,
                "all are lost for minutes",
                "processes/test_news_lost.py::"
                "without_any_news_for_five_minutes_calls_are_answered_and_passed_on",
                campaign="webhooks_lost",
            ),
            fault(
                32,
                "the name of a conference is used again",
                "webhooks/test_status.py::a_room_of_another_name_is_refused",
                "contact/test_tables.py::every_cell_of_the_legs_table",
                gap="that a second conference of the same name is another life is not a test of "
                "its own",
            ),
            fault(
                33,
                "comes before the REST answer that caused it",
                "webhooks/test_status.py::news_that_arrives_before_the_rest_answer_is_adopted",
                campaign="rest_latency",
            ),
            fault(
                34,
                "our address does not answer in time",
                "webhooks/test_hold.py::the_fallback_plays_and_leads_back_to_what_failed",
                "processes/test_outages.py::"
                "the_application_is_down_for_a_minute_with_callers_on_hold",
                campaign="web_slow web_down",
            ),
        ),
    ),
    (
        "Twilio's REST API",
        (
            fault(
                35,
                "429: too many requests",
                "twilio/test_rest.py::each_error_has_its_fate",
                campaign="rest_429",
            ),
            fault(
                36,
                "a server error, and yet it happened",
                "workers/test_end_to_end_faults.py::a_dial_with_a_bad_answer_rings_once",
                "workers/test_perform.py::a_live_call_that_nobody_owns_is_adopted",
                campaign="rest_5xx_after",
            ),
            fault(
                37,
                "a time-out, and it did not happen",
                "workers/test_perform.py::a_dial_that_never_happened_is_gone",
                campaign="rest_timeout_before rest_5xx_before",
            ),
            fault(
                38,
                "done, and the answer was lost",
                "workers/test_end_to_end_faults.py::a_dial_with_a_bad_answer_rings_once",
                campaign="rest_timeout_after",
            ),
            fault(
                39,
                "never answers",
                "twilio/test_rest.py::a_twilio_that_never_answers_costs_no_more_than_the_time_out",
            ),
            fault(
                40,
                "the number is invalid or forbidden",
                "twilio/test_rest_network.py::a_number_that_cannot_be_called_is_refused",
                "workers/test_perform.py::a_dial_that_did_not_work_says_how",
            ),
            fault(
                41,
                "404 for a participant that is gone",
                "twilio/test_rest_network.py::a_participant_of_a_room_that_ended_is_gone",
                "workers/test_perform.py::ending_and_redirecting_say_what_became_of_it",
            ),
            fault(
                42,
                "Twilio is away altogether",
                "workers/test_jobs.py::twilio_being_away_is_tried_again_later",
                campaign="rest_away rest_outage",
            ),
            fault(
                43,
                "the conference ended, or is full",
                "webhooks/test_status.py::the_end_of_the_room_takes_everybody_out_of_it",
                "webhooks/test_customer.py::"
                "a_customer_who_comes_out_of_the_room_is_led_back_into_it",
                gap="a full conference is not tested: ours holds three, and 250 fit in",
            ),
            fault(
                44,
                "calls wait for the limit of one a second",
                "contact/test_stories.py::ring_time_counts_from_ringing_and_not_from_the_request",
                "workers/test_jobs.py::a_dial_waits_for_its_turn_and_any_worker_makes_it",
                "stories: five_members",
            ),
            fault(
                45,
                "hold is answered with 200 and does nothing",
                "contact/test_transfer_stories.py::"
                "a_hold_that_does_nothing_gives_the_customer_back_to_the_agent",
                "twilio/test_rest_network.py::"
                "hold_that_is_answered_with_200_and_ignored_is_found_out",
                campaign="hold_ignored",
            ),
        ),
    ),
)
