"""By which words a customer knows what comes next.

Before the service lets a customer's leg go it must have said one of these. They are parts of what
Warmline says in its languages; whoever checks another application passes their own.
"""

from __future__ import annotations

from typing import Final

TOLD: Final = (
    # A callback was promised.
    "it is arranged",
    "queda acordado",
    # A message was saved, or a person will see to it.
    "has been saved",
    "quedó guardado",
    "will contact you",
    "se pondrá en contacto",
    # A callback that reached nobody: it will be tried again.
    "we will try again",
    "volveremos a intentarlo",
    # A callback that the customer has cancelled while it rang.
    "cancelled this callback",
    "cancelar esta llamada",
)

PROMISED: Final = ("it is arranged", "queda acordado")
"""The words that give a promise: what they say must be in the ledger already."""
