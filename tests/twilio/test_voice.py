"""What each leg hears in each situation: the words, the verbs, and that they are well-formed."""

from __future__ import annotations

import dataclasses
import timeit
from xml.etree import ElementTree

import pytest

from telephony.contact.documents import Document, HoldNews, document_for
from telephony.contact.model import (
    Contact,
    Hunt,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    Promise,
    PromiseState,
    Question,
    Role,
    Stage,
    Transfer,
    TransferMode,
    TransferState,
)
from telephony.contact.plans import Plan, Rung, RungKind, Strategy, Target, TargetKind
from telephony.contact.records import replace
from telephony.prompts import LANGUAGES, Prompt
from telephony.twilio import holding, voice
from telephony.twilio.urls import Urls
from telephony.twilio.voice import House, Scene

NOW = 1_781_103_600_000
HOUSE = House(
    Urls("https://calls.example.com"),
    company="Harbor <& Sons>",
    language="en",
    zone="America/New_York",
    departments={"billing": "Billing"},
)
CUSTOMER = Leg("l1", Role.CUSTOMER, "+12025550177", LegState.JOINED, NOW, call="CA1")
AGENT = Leg("l2", Role.AGENT, "client:ana", LegState.JOINED, NOW, call="CA2", name="Ana")
RECEIVER = Leg("l3", Role.RECEIVER, "+12025550155", LegState.ANSWERED, NOW, call="CA3")
PLAN = Plan(
    "billing", "Billing", Strategy.ALL, 20_000, 1, 0, (Rung(RungKind.AGENT),), "+12025550100"
)
HUNT = Hunt(
    "h1",
    HuntPurpose.TRANSFER,
    Target(TargetKind.DEPARTMENT, "billing", "Billing"),
    HuntState.RINGING,
    NOW,
    plan=PLAN,
)
TRANSFER = Transfer(
    "t1",
    TransferMode.WARM,
    HUNT.target,
    by="l2",
    by_name="Ana",
    by_address="client:ana",
    state=TransferState.RINGING,
    since=NOW,
    requested_at=NOW,
    note="invoice <4711> & a refund",
)
CONTACT = Contact(
    id="c" * 32,
    version=9,
    customer="+12025550177",
    dialled="+12025550100",
    language="en",
    stage=Stage.TRANSFER,
    since=NOW,
    created=NOW - 300_000,
    waiting_since=NOW - 180_000,
    department="billing",
    department_name="billing",
    path=("sales",),
    legs=(CUSTOMER, AGENT, RECEIVER),
    hunt=HUNT,
    transfers=(TRANSFER,),
    promise=Promise("p1", "billing", PromiseState.OPEN, NOW + 3_600_000, NOW + 7_200_000),
)
CLOSED = replace(CONTACT, stage=Stage.CHOOSING, question=Question.CLOSED)


def scene(contact: Contact = CONTACT, leg: Leg = CUSTOMER) -> Scene:
    return Scene(HOUSE, contact, leg, NOW)


def parsed(text: str) -> ElementTree.Element:
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?><Response>')
    return ElementTree.fromstring(text.encode())


def said(root: ElementTree.Element) -> str:
    return " ".join(str(say.text) for say in root.iter("Say"))


SHAPES: list[tuple[Document, list[str]]] = [
    (Document.MENU, ["Redirect"]),
    (Document.ROOM, ["Dial"]),
    (Document.CHOICE, ["Gather", "Redirect"]),
    (Document.RECORD, ["Say", "Record", "Redirect"]),
    (Document.ONE_MOMENT, ["Say", "Pause", "Redirect"]),
    (Document.PROMISE_TOLD, ["Say", "Say", "Hangup"]),
    (Document.TICKET_TOLD, ["Say", "Say", "Hangup"]),
    (Document.CONFIRM, ["Gather", "Redirect"]),
    (Document.CALLBACK_VOICEMAIL, ["Say", "Hangup"]),
    (Document.CALLBACK_CANCELLED, ["Say", "Hangup"]),
    (Document.WHISPER, ["Gather", "Redirect"]),
    (Document.BEATEN, ["Say", "Hangup"]),
    (Document.DECLINED, ["Say", "Hangup"]),
    (Document.CUSTOMER_GONE, ["Say", "Hangup"]),
    (Document.FINISHED, ["Hangup"]),
]


def test_every_kind_of_document_can_be_rendered() -> None:
    assert set(voice.DOCUMENTS) == set(Document) == {document for document, _ in SHAPES}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize(("document", "verbs"), SHAPES)
def test_each_document_has_its_verbs_in_every_language(
    document: Document, verbs: list[str], language: str
) -> None:
    staff = document in {Document.WHISPER, Document.BEATEN, Document.DECLINED}
    contact = replace(CONTACT, language=language)
    root = parsed(voice.render(document, scene(contact, RECEIVER if staff else CUSTOMER)))
    assert [verb.tag for verb in root] == verbs
    wanted = LANGUAGES["en" if staff else language]
    assert {say.attrib["language"] for say in root.iter("Say")} <= {wanted}


@pytest.mark.parametrize(("document", "verbs"), SHAPES)
def test_only_documents_that_were_preceded_by_the_truth_hang_up_on_a_customer(
    document: Document, verbs: list[str]
) -> None:
    ends = "Hangup" in verbs
    assert ends == (
        document
        in {
            Document.PROMISE_TOLD,
            Document.TICKET_TOLD,
            Document.CALLBACK_VOICEMAIL,
            Document.CALLBACK_CANCELLED,
            Document.BEATEN,
            Document.DECLINED,
            Document.CUSTOMER_GONE,
            Document.FINISHED,
        }
    )


@pytest.mark.parametrize("document", [document for document, _ in SHAPES])
@pytest.mark.parametrize("leg", [CUSTOMER, AGENT, RECEIVER])
def test_nobody_s_leaving_ends_a_room_and_every_address_is_ours(
    document: Document, leg: Leg
) -> None:
    root = parsed(voice.render(document, scene(leg=leg)))
    for verb in root.iter():
        assert verb.attrib.get("endConferenceOnExit", "false") == "false"
        for name in ("action", "waitUrl", "statusCallback"):
            assert verb.attrib.get(name, "https://calls.example.com/").startswith(
                "https://calls.example.com/"
            )
        if verb.tag in ("Redirect", "Play"):
            assert str(verb.text).startswith("https://calls.example.com/")


def test_a_lead_is_heard_before_the_document() -> None:
    lead = HOUSE.speech("en", Prompt.NOT_UNDERSTOOD)
    root = parsed(voice.render(Document.ROOM, scene(), lead))
    assert [verb.tag for verb in root] == ["Say", "Dial"]


def test_the_whisper_tells_from_whom_about_what_and_how_long() -> None:
    words = said(parsed(voice.render(Document.WHISPER, scene(leg=RECEIVER))))
    assert "Ana passes you 5 5 5 0 1 7 7" in words
    assert "about invoice <4711> & a refund" in words
    assert "waiting 3 minutes" in words


def test_without_a_note_the_menu_s_choice_is_the_topic() -> None:
    transfer = replace(TRANSFER, note="")
    contact = replace(CONTACT, transfers=(transfer,))
    assert "about sales" in said(parsed(voice.render(Document.WHISPER, scene(contact, RECEIVER))))
    nothing = replace(contact, path=())
    words = said(parsed(voice.render(Document.WHISPER, scene(nothing, RECEIVER))))
    assert "about" not in words
    assert "Ana passes you" in words


def test_a_promised_call_is_announced_as_such_to_the_receiver() -> None:
    contact = replace(CONTACT, stage=Stage.KEEPING, transfers=())
    words = said(parsed(voice.render(Document.WHISPER, scene(contact, RECEIVER))))
    assert "We promised" in words
    assert "When you accept, we call them" in words


def test_the_promise_names_department_and_time_in_the_company_s_zone() -> None:
    words = said(parsed(voice.render(Document.PROMISE_TOLD, scene())))
    assert "Billing will call you back today at 12:00 PM" in words


@pytest.mark.parametrize(
    ("document", "leg"),
    [
        (Document.PROMISE_TOLD, CUSTOMER),
        (Document.CONFIRM, CUSTOMER),
        (Document.WHISPER, RECEIVER),
    ],
)
def test_a_promise_is_named_by_the_department_that_owes_it(document: Document, leg: Leg) -> None:
    """The customer chose billing; an agent has promised them a call by dispatch."""
    promise = Promise("p1", "dispatch", PromiseState.OPEN, NOW + 3_600_000, NOW + 7_200_000)
    contact = replace(CONTACT, stage=Stage.KEEPING, transfers=(), hunt=None, promise=promise)
    house = dataclasses.replace(HOUSE, departments={"billing": "Billing", "dispatch": "Dispatch"})
    words = said(parsed(voice.render(document, Scene(house, contact, leg, NOW))))
    assert "ispatch" in words
    assert "illing" not in words


def test_a_time_that_has_passed_is_never_promised() -> None:
    assert CONTACT.promise is not None
    late = replace(CONTACT, promise=replace(CONTACT.promise, due_from=NOW - 60_000))
    words = said(parsed(voice.render(Document.PROMISE_TOLD, scene(late))))
    assert "today at 11:01 AM" in words


def test_a_machine_that_answers_a_callback_hears_no_private_data() -> None:
    words = said(parsed(voice.render(Document.CALLBACK_VOICEMAIL, scene())))
    for private in ("Ana", "illing", "4711", "0177", "sales"):
        assert private not in words


def test_a_callback_after_a_broken_line_says_so() -> None:
    restoring = replace(CONTACT, stage=Stage.RESTORING)
    assert "interrupted" in said(parsed(voice.render(Document.CONFIRM, scene(restoring))))
    assert "as promised" in said(parsed(voice.render(Document.CONFIRM, scene())))


@pytest.mark.parametrize(
    ("question", "opens", "words"),
    [
        (Question.AFTER_ROUND, 0, ["press 1", "press 2", "press 3", "go back to Ana, press 4"]),
        (Question.AGENT_LEFT, 0, ["Ana is no longer", "again, press 1", "press 2", "hang up"]),
        (Question.CLOSED, NOW + 86_400_000, ["opens again tomorrow at", "press 1", "press 2"]),
        (Question.CLOSED, 0, ["closed at the moment", "called back, press 1", "press 2"]),
    ],
)
def test_each_question_offers_exactly_its_keys(
    question: Question, opens: int, words: list[str]
) -> None:
    contact = replace(CLOSED, question=question, next_open=opens)
    heard = said(parsed(voice.render(Document.CHOICE, scene(contact))))
    for word in words:
        assert word in heard


NEWS = [
    (HoldNews.CONNECTING, "Please hold while we find someone in Billing"),
    (HoldNews.AGENT_SEEKS, "Ana is finding a colleague in Billing; they have not left"),
    (HoldNews.CONSULTING, "Ana is speaking with a colleague in Billing"),
    (HoldNews.RETURNING, "Ana is coming back to you"),
]


@pytest.mark.parametrize(("news", "words"), NEWS)
def test_the_news_is_the_truth_of_the_moment(news: HoldNews, words: str) -> None:
    contact = {
        HoldNews.CONNECTING: replace(CONTACT, stage=Stage.SEEKING, transfers=()),
        HoldNews.AGENT_SEEKS: CONTACT,
        HoldNews.CONSULTING: replace(
            CONTACT, transfers=(replace(TRANSFER, state=TransferState.CONSULTING),)
        ),
        HoldNews.RETURNING: replace(CONTACT, hunt=replace(HUNT, purpose=HuntPurpose.RETURN)),
    }[news]
    root = parsed(holding.hold(scene(contact), 0))
    assert words in said(root)
    assert words in said(parsed(holding.news(scene(contact)))) or news is HoldNews.CONNECTING


def test_staff_whose_customer_s_line_broke_are_told_and_hear_music() -> None:
    root = parsed(holding.hold(scene(replace(CONTACT, stage=Stage.RESTORING), AGENT), 0))
    assert "line has failed" in said(root)
    assert [verb.tag for verb in root] == ["Say", "Play", "Redirect"]


def test_the_company_s_own_music_is_played_where_it_has_some() -> None:
    house = dataclasses.replace(HOUSE, music="https://music.example/waltz.mp3")
    root = parsed(
        holding.hold(
            Scene(house, replace(CONTACT, stage=Stage.TALKING, transfers=()), CUSTOMER, NOW), 1
        )
    )
    assert str(root[0].text) == "https://music.example/waltz.mp3"


def test_own_wording_is_spoken_and_escaped() -> None:
    wording = {Prompt.ACCEPT_BEATEN: {"en": "Sorry & <thanks>"}}
    house = dataclasses.replace(HOUSE, wording=wording)
    text = voice.render(Document.BEATEN, Scene(house, CONTACT, RECEIVER, NOW))
    assert "Sorry &amp; &lt;thanks&gt;" in text


def test_documents_follow_from_the_state_alone() -> None:
    document = document_for(CONTACT, CUSTOMER)
    assert voice.render(document, scene()) == voice.render(document, scene())


@pytest.mark.slow
def test_the_usual_documents_cost_microseconds() -> None:
    def all_of_them() -> None:
        voice.render(Document.ROOM, scene())
        voice.render(Document.WHISPER, scene(leg=RECEIVER))
        holding.hold(scene(), 0)

    # 30 µs each on an idle core; the bound leaves room for a busy one.
    best = min(timeit.repeat(all_of_them, number=200, repeat=7)) / 200 / 3
    assert best < 120e-6


def test_a_message_ends_soon_after_its_last_word() -> None:
    """Twilio waits for this many seconds of quiet, and the caller hears nothing meanwhile (S2)."""
    contact = replace(CONTACT, stage=Stage.RECORDING)
    document = voice.render(Document.RECORD, Scene(HOUSE, contact, CUSTOMER, NOW))
    record = ElementTree.fromstring(document).find("Record")
    assert record is not None
    assert float(record.attrib["timeout"]) < 5
