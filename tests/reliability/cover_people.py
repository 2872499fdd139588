"""The second half of the catalogue: what people do, time, and those who mean harm."""

from __future__ import annotations

from tests.reliability.cover import Fault, fault

GROUPS: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    (
        "People",
        (
            fault(
                46,
                "the agent's browser closes while the receiver rings",
                "stories: browser_dies",
                "contact/test_transfer_stories.py::"
                "the_agents_browser_dies_while_it_rings_and_the_receiver_takes_over",
                campaign="browser_closes agent_line_drops",
            ),
            fault(
                47,
                "the agent leaves as the receiver accepts",
                "contact/test_model.py::no_rule_is_broken_in_any_state_that_can_be_reached",
                campaign="browser_closes agent_line_drops",
            ),
            fault(
                48,
                "a voicemail answers",
                "stories: voicemail",
                "webhooks/test_receiver.py::the_words_of_a_voicemail_never_accept",
                "contact/test_stories.py::a_machine_is_let_go_and_never_joined",
            ),
            fault(
                49,
                "busy, no answer, declined",
                "stories: second_member",
                "stories: returned",
                "stories: overflow",
                "webhooks/test_receiver.py::declining_is_thanked_for_and_counts_as_declined",
            ),
            fault(
                50,
                "the receiver hangs up at the moment of completion",
                "stories: receiver_vanishes",
                "contact/test_transfer_stories.py::"
                "the_receiver_hangs_up_at_completion_and_the_customer_is_back_with_an_agent",
            ),
            fault(
                51,
                "accept and ring time-out in the same instant",
                "contact/test_model.py::no_rule_is_broken_in_any_state_that_can_be_reached",
            ),
            fault(
                52,
                "accept and cancel in the same instant",
                "contact/test_model.py::no_rule_is_broken_in_any_state_that_can_be_reached",
            ),
            fault(
                53,
                "two members accept in the same instant",
                "stories: two_accept",
                "contact/test_stories.py::"
                "of_two_who_accept_at_once_one_joins_and_the_other_is_told_kindly",
            ),
            fault(
                54,
                "the customer hangs up while it rings",
                "stories: customer_leaves",
                "contact/test_stories.py::a_customer_who_leaves_while_it_rings_stops_all_phones",
            ),
            fault(
                55,
                "the customer hangs up while a retry waits",
                "workers/test_jobs.py::a_dial_whose_turn_comes_after_the_customer_left_is_not_made",
            ),
            fault(
                56,
                "the customer's line breaks during a transfer",
                "stories: line_fails",
                "contact/test_stories.py::a_broken_line_is_called_back_with_the_context",
                campaign="line_drops",
            ),
            fault(
                57,
                "the customer calls in while a promise is open",
                "stories: calls_in",
                "webhooks/test_customer.py::"
                "who_calls_again_while_a_callback_is_promised_keeps_the_place",
            ),
            fault(
                58,
                "a voicemail answers our callback",
                "twilio/test_voice.py::a_machine_that_answers_a_callback_hears_no_private_data",
                "contact/test_stories.py::"
                "a_promise_in_vain_is_put_off_and_becomes_a_ticket_in_the_end",
            ),
            fault(
                59,
                "a double click, or two agents at once",
                "console/test_transfers.py::a_second_transfer_is_refused_while_one_is_open",
                "console/test_transfers.py::the_same_key_and_body_have_one_effect_and_one_answer",
                campaign="double_click",
            ),
            fault(
                60,
                "everybody leaves together",
                campaign="everybody_leaves",
            ),
            fault(
                61,
                "Twilio's limit for the length of a call comes near",
                gap="not covered yet: nothing in Warmline watches a call's age, and Twilio's "
                "limit of four hours in a conference ends it",
            ),
            fault(
                62,
                "the agent completes before the receiver accepted",
                "console/test_transfers.py::complete_is_refused_until_the_receiver_has_joined",
            ),
            fault(
                63,
                "one member belongs to two departments that ring at once",
                "live/test_claims.py::of_two_contacts_that_claim_at_once_one_wins",
                "workers/test_perform.py::a_member_who_rings_for_another_contact_is_not_dialled",
            ),
            fault(
                64,
                "nobody is on duty",
                "stories: closed_department",
                "contact/test_stories.py::"
                "a_closed_department_offers_a_callback_for_the_next_open_hour",
                "contact/test_walk.py::once_all_is_quiet_every_contact_comes_to_an_end",
            ),
        ),
    ),
    (
        "Time",
        (
            fault(
                65,
                "the clock jumps by an hour",
                "live/test_time.py::a_jump_of_an_hour_neither_fires_everything_nor_stops_time",
            ),
            fault(
                66,
                "daylight saving changes, the customer's zone is unknown",
                "routing/test_hours.py::the_hour_that_spring_skips_opens_when_the_clocks_have_moved",
                "routing/test_policy.py::"
                "a_promise_asked_for_in_the_repeated_hour_of_autumn_is_found",
                "routing/test_policy.py::an_area_code_in_two_zones_allows_only_what_both_allow",
            ),
            fault(
                67,
                "hosts disagree by half a minute",
                "live/test_pace.py::a_host_with_a_wrong_clock_does_not_stop_the_dialling",
                "live/test_dispatch.py::processes_that_race_on_one_contact_lose_no_step",
            ),
            fault(
                68,
                "10,000 deadlines in one second",
                "live/test_due.py::a_long_queue_is_not_made_longer_and_the_rest_waits_in_order",
                "workers/test_watch.py::many_watches_at_once_are_answered_by_one_look",
                gap="measured for watches, which nearly all deadlines of live calls are",
            ),
        ),
    ),
    (
        "Those who mean harm",
        (
            fault(
                69,
                "no signature, or a forged one",
                "webhooks/test_door.py::a_missing_or_forged_signature_is_403",
            ),
            fault(
                70,
                "a webhook is replayed",
                "webhooks/test_door.py::a_replayed_webhook_has_no_second_effect",
            ),
            fault(
                71,
                "fields are shifted so that the signature still fits",
                "webhooks/test_door.py::fields_shifted_under_a_fitting_signature_are_400",
            ),
            fault(
                72,
                "a huge body, thousands of fields, a body that never ends",
                "webhooks/test_door.py::a_body_of_ten_megabytes_is_413",
                "webhooks/test_door.py::a_long_body_that_hides_its_length_is_413",
                "webhooks/test_door.py::ten_thousand_fields_are_400",
                gap="a body that trickles in is left to the server in front and not tested",
            ),
            fault(
                73,
                "control characters, markup and odd encodings in every field",
                "webhooks/test_door.py::hostile_text_in_every_field_gives_well_formed_documents",
                "webhooks/test_door.py::control_characters_and_broken_utf8_are_400",
            ),
            fault(
                74,
                "a premium, satellite, emergency or foreign number as the target",
                "routing/test_policy.py::only_what_the_policy_allows_may_be_dialled",
                "workers/test_perform.py::"
                "a_forbidden_address_is_refused_before_any_request_and_audited",
            ),
            fault(
                75,
                "another site sends the request",
                "console/test_access.py::a_request_that_another_site_sends_is_refused_and_audited",
            ),
            fault(
                76,
                "another agent's contact, another role's page",
                "console/test_transfers.py::"
                "another_agents_contact_does_not_exist_and_the_try_is_audited",
                "console/test_access.py::what_a_role_may_not_do_is_audited",
            ),
            fault(
                77,
                "a false Host or forwarding header",
                "webhooks/test_door.py::host_and_forwarding_headers_decide_nothing",
            ),
            fault(
                78,
                "the AccountSid of somebody else",
                "webhooks/test_door.py::another_account_s_call_changes_nothing",
            ),
            fault(
                79,
                "hostile bytes in a job",
                "workers/test_worker.py::only_wake_ups_are_run",
                "workers/test_worker.py::the_id_of_a_contact_is_all_that_a_job_carries",
            ),
            fault(
                80,
                "passwords are guessed, a token is used after signing out",
                "console/test_access.py::guessing_a_password_is_slowed_down_and_says_for_how_long",
                "console/test_access.py::"
                "a_cookie_that_was_copied_is_worth_nothing_after_signing_out",
                "console/test_access.py::a_bearer_token_needs_no_csrf_and_ends_when_revoked",
            ),
        ),
    ),
)
