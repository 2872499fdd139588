"""How passwords are kept: as Argon2id hashes (RFC 9106), and what finding one out costs."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from telephony.errors import BadInput

SHORTEST, LONGEST = 8, 200
STRONG: Final = PasswordHasher()
"""RFC 9106's second recommendation: three passes over 64 MiB, about a quarter of a second."""
PUBLIC: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For passwords that everybody knows, in the demo and in tests: nothing is kept from anybody."""


def hashed(hasher: PasswordHasher, password: str) -> str:
    """What is kept of a new password. Raises BadInput."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput("password", f"it must have {SHORTEST} to {LONGEST} characters")
    return hasher.hash(password)


def matches(hasher: PasswordHasher, known: str, password: str) -> bool:
    """Whether `known` was made of this password; '' belongs to nobody, and takes as long."""
    # Hashing something endless is work that a stranger must not be able to order.
    given = password if len(password) <= LONGEST else ""
    try:
        return hasher.verify(known or _nobodys(hasher), given)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(hasher: PasswordHasher, known: str) -> bool:
    """Whether to hash anew what was hashed for less, or by an older rule; never for less."""
    return hasher is STRONG and hasher.check_needs_rehash(known)


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
