from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from telephony.errors import BadInput, Conflict, NotFound
from telephony.store.ledger import (
    Ledger,
    Role,
    StoredResponse,
    add_user,
    all_users,
    append_audit,
    check_password,
    current_routing,
    draft_routing,
    forget_responses,
    issue_token,
    list_audit,
    open_ledger,
    publish_routing,
    revoke_token,
    routing_history,
    routing_version,
    set_enabled,
    set_password,
    set_role,
    store_response,
    stored_response,
    tokens_of,
    user,
    user_for_token,
)
from telephony.store.ledger.engine import Patience, reading, writing
from telephony.store.ledger.tables import api_tokens, users
from telephony.store.ledger.tokens import USED_EVERY_MS

NOW = 1_790_000_000_000


def test_published_routing_is_current_and_drafts_are_not(ledger: Ledger) -> None:
    assert current_routing(ledger) is None
    first = publish_routing(ledger, "a: 1", "ana", "first", 0, now=NOW)
    draft = draft_routing(ledger, "a: 2", "ben", "not yet", 1, now=NOW + 1)
    assert current_routing(ledger) == first
    second = publish_routing(ledger, "a: 2", "ben", "now", first.number, now=NOW + 2)
    assert current_routing(ledger) == second
    assert [one.number for one in routing_history(ledger).items] == [3, 2, 1]
    assert routing_version(ledger, 2) == draft
    with pytest.raises(NotFound):
        routing_version(ledger, 9)


def test_publishing_from_an_overtaken_base_is_a_conflict_and_writes_nothing(
    ledger: Ledger,
) -> None:
    publish_routing(ledger, "a: 1", "ana", "", 0, now=NOW)
    publish_routing(ledger, "a: 2", "ana", "", 1, now=NOW)
    for base in (0, 1, 3):
        with pytest.raises(Conflict) as caught:
            publish_routing(ledger, "a: 3", "ben", "", base, now=NOW)
        assert "version 2" in caught.value.what_to_do
    assert len(routing_history(ledger).items) == 2


def test_of_admins_who_publish_at_the_same_moment_one_wins(ledger: Ledger) -> None:
    publish_routing(ledger, "a: 1", "ana", "", 0, now=NOW)
    ends = at_once(6, lambda n: publish_routing(ledger, f"a: {n}", f"admin {n}", "", 1, now=NOW))
    winners = [end for end in ends if not isinstance(end, Exception)]
    assert len(winners) == 1
    for end in ends:
        if end is not winners[0]:
            assert isinstance(end, Conflict)
            assert "publish again" in end.what_to_do
    assert current_routing(ledger) == winners[0]


def test_a_person_signs_in_with_the_right_password_only(ledger: Ledger) -> None:
    ana = add_user(ledger, "ana.b", Role.AGENT, "correct horse", now=NOW, display="Ana B.")
    assert ana.identity == "client:ana_b"
    assert check_password(ledger, "ana.b", "correct horse") == ana
    assert check_password(ledger, "ana.b", "wrong horse") is None
    assert check_password(ledger, "ana.b", "") is None
    assert check_password(ledger, "nobody", "correct horse") is None
    assert check_password(ledger, "ana.b", "x" * 1_000_000) is None
    set_password(ledger, "ana.b", "battery staple")
    assert check_password(ledger, "ana.b", "correct horse") is None
    assert check_password(ledger, "ana.b", "battery staple") == ana
    set_enabled(ledger, "ana.b", enabled=False)
    assert check_password(ledger, "ana.b", "battery staple") is None


@pytest.fixture
def strict(ledger: Ledger) -> Ledger:
    """The same database, opened as production opens it."""
    return Ledger(ledger.engine)


def kept_password(ledger: Ledger) -> str:
    with reading(ledger) as conn:
        (kept,) = conn.scalars(select(users.c.password_hash)).all()
    return str(kept)


def test_a_password_is_kept_as_a_hash_that_costs_64_mib_and_three_passes(strict: Ledger) -> None:
    add_user(strict, "ana", Role.AGENT, "correct horse", now=NOW)
    assert kept_password(strict).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert check_password(strict, "ana", "correct horse") is not None
    assert check_password(strict, "ana", "battery staple") is None


def test_a_cheap_hash_is_made_anew_at_sign_in(ledger: Ledger, strict: Ledger) -> None:
    add_user(ledger, "ana", Role.AGENT, "correct horse", now=NOW)
    assert kept_password(ledger).startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert check_password(strict, "ana", "correct horse") is not None
    assert kept_password(ledger).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_where_passwords_are_public_a_strong_hash_stays(ledger: Ledger, strict: Ledger) -> None:
    add_user(strict, "ana", Role.AGENT, "correct horse", now=NOW)
    before = kept_password(ledger)
    assert check_password(ledger, "ana", "correct horse") is not None
    assert kept_password(ledger) == before


def test_people_are_listed_and_changed_by_name(ledger: Ledger) -> None:
    ben = add_user(ledger, "ben", Role.AGENT, "correct horse", now=NOW)
    ana = add_user(ledger, "ana", Role.ADMIN, "correct horse", now=NOW, identity="client:boss")
    assert all_users(ledger) == (ana, ben)
    set_role(ledger, "ben", Role.SUPERVISOR)
    assert user(ledger, "ben") == replace(ben, role=Role.SUPERVISOR)
    for act in (
        lambda: user(ledger, "cleo"),
        lambda: set_role(ledger, "cleo", Role.AGENT),
        lambda: set_password(ledger, "cleo", "correct horse"),
        lambda: issue_token(ledger, "cleo", "", now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_name_or_an_identity_is_given_once(ledger: Ledger) -> None:
    add_user(ledger, "ana.b", Role.AGENT, "correct horse", now=NOW)
    for name in ("ana.b", "ana-b"):
        with pytest.raises(Conflict):
            add_user(ledger, name, Role.ADMIN, "correct horse", now=NOW)
    assert [one.role for one in all_users(ledger)] == [Role.AGENT]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "Ana"}),
        ("name", {"name": "ana b"}),
        ("name", {"name": ""}),
        ("identity", {"identity": "sip:ana@example.com"}),
        ("identity", {"identity": "client:ana b"}),
        ("password", {"password": "short"}),
    ],
)
def test_a_person_that_cannot_be_is_refused_by_field(
    ledger: Ledger, field: str, values: dict[str, Any]
) -> None:
    given = {"name": "ana", "role": Role.AGENT, "password": "correct horse"} | values
    with pytest.raises(BadInput) as caught:
        add_user(ledger, now=NOW, **given)
    assert caught.value.field == field
    assert all_users(ledger) == ()


def test_a_token_speaks_for_its_user_until_it_is_revoked(ledger: Ledger) -> None:
    ana = add_user(ledger, "ana", Role.ADMIN, "correct horse", now=NOW)
    issued = issue_token(ledger, "ana", "wallboard", now=NOW, scopes=("wallboard",))
    found = user_for_token(ledger, issued.plain, now=NOW)
    assert found is not None
    assert (found.user, found.token) == (ana, issued.token)
    assert found.token.scopes == ("wallboard",)
    assert user_for_token(ledger, issued.plain + "x", now=NOW) is None
    assert user_for_token(ledger, "", now=NOW) is None
    revoke_token(ledger, issued.token.id, now=NOW + 1)
    revoke_token(ledger, issued.token.id, now=NOW + 2)
    assert user_for_token(ledger, issued.plain, now=NOW + 3) is None
    assert tokens_of(ledger, "ana")[0].revoked_at == NOW + 1
    with pytest.raises(NotFound):
        revoke_token(ledger, "tok_9", now=NOW)


def test_a_disabled_user_has_no_working_token(ledger: Ledger) -> None:
    add_user(ledger, "ana", Role.ADMIN, "correct horse", now=NOW)
    issued = issue_token(ledger, "ana", "", now=NOW)
    set_enabled(ledger, "ana", enabled=False)
    assert user_for_token(ledger, issued.plain, now=NOW) is None


def test_the_plain_token_is_nowhere_but_in_the_answer(ledger: Ledger) -> None:
    add_user(ledger, "ana", Role.ADMIN, "correct horse", now=NOW)
    issued = issue_token(ledger, "ana", "", now=NOW)
    with reading(ledger) as conn:
        assert issued.plain not in str(conn.execute(select(api_tokens)).all())
    assert issued.plain not in repr(issued)


def test_the_last_use_of_a_token_is_noted_now_and_then(ledger: Ledger) -> None:
    add_user(ledger, "ana", Role.ADMIN, "correct horse", now=NOW)
    plain = issue_token(ledger, "ana", "", now=NOW).plain

    def used(at: int) -> int | None:
        user_for_token(ledger, plain, now=at)
        return tokens_of(ledger, "ana")[0].last_used_at

    assert used(NOW) == NOW
    assert used(NOW + USED_EVERY_MS - 1) == NOW
    assert used(NOW + USED_EVERY_MS) == NOW + USED_EVERY_MS


def test_a_token_works_though_its_use_cannot_be_noted(
    ledger: Ledger, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    add_user(ledger, "ana", Role.ADMIN, "correct horse", now=NOW)
    plain = issue_token(ledger, "ana", "", now=NOW).plain
    hasty = open_ledger(database_url, patience=Patience(lock_ms=100))
    with writing(ledger) as conn, caplog.at_level(logging.WARNING):
        conn.execute(text("UPDATE api_tokens SET label = 'held'"))
        assert user_for_token(hasty, plain, now=NOW) is not None
    hasty.close()
    assert "was not noted" in caplog.text


def test_a_request_sent_twice_gets_the_first_answer(ledger: Ledger) -> None:
    first = StoredResponse(202, '{"id": "tr_1"}')
    assert stored_response(ledger, "ana", "k1", "h1") is None
    assert store_response(ledger, "ana", "k1", "h1", first, now=NOW) == first
    later = StoredResponse(409, "{}")
    assert store_response(ledger, "ana", "k1", "h1", later, now=NOW) == first
    assert stored_response(ledger, "ana", "k1", "h1") == first
    assert stored_response(ledger, "ben", "k1", "h1") is None
    with pytest.raises(Conflict):
        stored_response(ledger, "ana", "k1", "h2")
    with pytest.raises(Conflict):
        store_response(ledger, "ana", "k1", "h2", later, now=NOW)


def test_of_answers_stored_at_the_same_moment_one_is_sent(ledger: Ledger) -> None:
    ends = at_once(
        6,
        lambda n: store_response(ledger, "ana", "k", "h", StoredResponse(200, str(n)), now=NOW),
    )
    assert len({end.body for end in ends}) == 1


def test_old_answers_are_forgotten(ledger: Ledger) -> None:
    for number in range(3):
        answer = StoredResponse(200, "")
        store_response(ledger, "ana", f"k{number}", "h", answer, now=NOW + number)
    assert forget_responses(ledger, before=NOW + 2) == 2
    assert stored_response(ledger, "ana", "k1", "h") is None
    assert stored_response(ledger, "ana", "k2", "h") is not None


def test_the_audit_lists_newest_first_by_what_is_asked(ledger: Ledger) -> None:
    for number, who in enumerate(["ana", "ben", "ana"]):
        append_audit(
            ledger, at=NOW, who=who, what="publish", target=f"v{number}", data={"n": number}
        )
    assert [one.data["n"] for one in list_audit(ledger).items] == [2, 1, 0]
    assert [one.target for one in list_audit(ledger, who="ana").items] == ["v2", "v0"]
    assert [one.who for one in list_audit(ledger, target="v1").items] == ["ben"]
    assert list_audit(ledger, what="sign_in").items == ()
    first = list_audit(ledger, limit=2)
    assert [one.target for one in list_audit(ledger, cursor=first.next).items] == ["v0"]


def at_once(number: int, act: Callable[[int], Any]) -> list[Any]:
    """Run `act` in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(number)
    ends: list[Any] = [None] * number

    def run(index: int) -> None:
        barrier.wait(timeout=10)
        try:
            ends[index] = act(index)
        except Exception as error:
            ends[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return ends
