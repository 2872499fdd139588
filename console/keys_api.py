"""The keys of a person's softphone, kept so that they are the same at every browser."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints, model_validator

from console import state
from console.answers import Out
from console.asks import In
from console.blueprint import api, problems
from console.guards import asker
from telephony.store import ledger

DEFAULTS = {
    "accept": "A",
    "decline": "R",
    "mute": "M",
    "transfer": "T",
    "hold": "H",
    "callback": "P",
    "complete": "C",
    "take_back": "B",
}
Letter = Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]


class KeysOut(Out):
    """The letter, pressed with Alt and Shift, of each thing that the softphone can do."""

    keys: dict[str, str]
    defaults: dict[str, str]


class NewKeys(In):
    """All letters; what is left out has its usual one."""

    keys: dict[str, Letter]

    @model_validator(mode="after")
    def one_letter_each(self) -> NewKeys:
        unknown = sorted(set(self.keys) - set(DEFAULTS))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)[:200]}")
        letters = list((DEFAULTS | self.keys).values())
        if len(set(letters)) != len(letters):
            raise ValueError("each letter can do one thing only")
        return self


@api.get("/me/keys")
@api.output(KeysOut)
@problems(401, 503)
def softphone_keys() -> KeysOut:
    """The keys of my softphone, and the usual ones."""
    return _mine()


def _mine() -> KeysOut:
    chosen = ledger.softphone_keys(state.services().ledger, asker().name)
    known = {act: letter for act, letter in chosen.items() if act in DEFAULTS}
    return KeysOut(keys=DEFAULTS | known, defaults=DEFAULTS)


@api.put("/me/keys")
@api.input(NewKeys)
@api.output(KeysOut)
@problems(400, 401, 403, 413, 415, 422, 503)
def save_softphone_keys(json_data: NewKeys) -> KeysOut:
    """Give the keys of my softphone other letters; they hold at every browser of mine."""
    ledger.save_softphone_keys(state.services().ledger, asker().name, json_data.keys)
    return _mine()
