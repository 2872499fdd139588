"""A customer, a receiver and Twilio, played by hand against the real app, Redis and SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from telephony.bootstrap import Services
from telephony.contact.commands import Command, Dial, FindCandidates
from telephony.contact.events import (
    CandidatesFound,
    CommandsTaken,
    DialPlaced,
    Event,
)
from telephony.contact.model import Contact, Leg, Role
from telephony.contact.plans import Candidate, Plan, Rung, RungKind, Strategy
from telephony.twilio.signature import sign

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "f" * 32
BASE = "https://calls.example.com"
OURS = "+12025550100"
CUSTOMER = "+12025550177"
ROOM = "CF" + "a" * 32

# A Wednesday, 11:00 in New York: every department of the example company is open.
OPEN_MS = 1_781_103_600_000


def call_sid(number: int) -> str:
    return f"CA{number:032x}"


class Moment:
    """A clock that stands still until it is moved; everything else works in real time."""

    speed = 1.0

    def __init__(self, ms: int = OPEN_MS) -> None:
        self.ms = ms

    def now_ms(self) -> int:
        return self.ms

    __call__ = now_ms


@dataclass
class Twilio:
    """Sends signed webhooks to the app, as Twilio would."""

    client: FlaskClient
    services: Services
    clock: Moment
    sent: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, target: str, **fields: str) -> TestResponse:
        """A signed POST; ``target`` may be a full address or a path with its query."""
        target = _path_of(target)
        pairs = tuple({"AccountSid": ACCOUNT, **fields}.items())
        return self.raw(target, urlencode(pairs).encode(), sign(TOKEN, BASE + target, pairs))

    def get(self, target: str, **fields: str) -> TestResponse:
        """A signed GET with the fields in the query."""
        target = _path_of(target)
        query = urlencode({"AccountSid": ACCOUNT, **fields})
        target += ("&" if "?" in target else "?") + query
        return self.client.get(
            target, headers={"X-Twilio-Signature": sign(TOKEN, BASE + target), **self.headers}
        )

    def raw(
        self,
        target: str,
        body: bytes,
        signature: str | None,
        kind: str = "application/x-www-form-urlencoded",
    ) -> TestResponse:
        headers = dict(self.headers)
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        return self.client.post(target, data=body, content_type=kind, headers=headers)

    def voice(self, target: str, call: str, **fields: str) -> ElementTree.Element:
        """A voice request; the answer must be a document, and is parsed."""
        given = {
            "CallSid": call,
            "From": CUSTOMER,
            "To": OURS,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            **fields,
        }
        return document(self.post(target, **given))

    def rings(self, call: str, **fields: str) -> ElementTree.Element:
        """A customer dials in."""
        return self.voice("/twilio/voice/incoming", call, CallStatus="ringing", **fields)

    def press(self, asked: ElementTree.Element, call: str, key: str) -> ElementTree.Element:
        """A key at the Gather of a document."""
        return self.voice(action_of(asked), call, Digits=key)

    def status(self, target: str, call: str, status: str, sequence: int = 1) -> TestResponse:
        return self.post(target, CallSid=call, CallStatus=status, SequenceNumber=str(sequence))

    def joins(self, contact: str, call: str, sequence: int, event: str = "join") -> TestResponse:
        """A conference event about one participant."""
        return self.post(
            f"/twilio/status/room?c={contact}",
            ConferenceSid=ROOM,
            FriendlyName=f"wl-{contact}",
            StatusCallbackEvent=f"participant-{event}",
            CallSid=call,
            SequenceNumber=str(sequence),
        )

    # -- what the workers would do ------------------------------------------------------------

    def contact(self, contact_id: str) -> Contact:
        return self.services.live.load(contact_id).contact

    def apply(self, contact_id: str, event: Event) -> Contact:
        return self.services.dispatch.apply(contact_id, event).contact

    def take(self, contact_id: str) -> list[tuple[str, Command]]:
        """Take the ready commands, as a worker does: (id, command)."""
        lease = self.clock.ms + 10_000
        contact = self.apply(contact_id, CommandsTaken("test", lease))
        return [(one.id, one.command) for one in contact.pending if one.lease == lease]

    def rung(self, contact_id: str, call: str, address: str = "+12025550155") -> Leg:
        """Bring a contact that seeks a department to a dial of one member; the receiver's leg."""
        for command_id, command in self.take(contact_id):
            if isinstance(command, FindCandidates):
                plan = Plan(
                    target="sales",
                    name="Sales",
                    strategy=Strategy.IN_ORDER,
                    ring_ms=20_000,
                    rounds=2,
                    pause_ms=5_000,
                    ladder=(Rung(RungKind.CALLBACK), Rung(RungKind.TICKET)),
                    caller_id=OURS,
                )
                found = (Candidate("ana", "Ana", address),)
                self.apply(contact_id, CandidatesFound(command_id, command.hunt, plan, found))
        for command_id, command in self.take(contact_id):
            if isinstance(command, Dial):
                self.apply(contact_id, DialPlaced(command_id, command.leg, call))
        contact = self.contact(contact_id)
        return next(leg for leg in contact.legs if leg.role is Role.RECEIVER and leg.call == call)


def document(answer: TestResponse) -> ElementTree.Element:
    """The parsed document of an answer that must be one."""
    assert answer.status_code == 200, answer.status
    assert answer.content_type == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.data)
    assert root.tag == "Response"
    return root


def action_of(root: ElementTree.Element) -> str:
    """Where the first Gather, Record or Dial of a document goes."""
    for verb in root:
        if "action" in verb.attrib:
            return verb.attrib["action"]
    raise AssertionError(ElementTree.tostring(root))


def said(root: ElementTree.Element) -> str:
    return " ".join("".join(say.itertext()) for say in root.iter("Say"))


def verbs(root: ElementTree.Element) -> list[str]:
    return [verb.tag for verb in root]


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _path_of(target: str) -> str:
    parts = urlsplit(target)
    return parts.path + (f"?{parts.query}" if parts.query else "")
