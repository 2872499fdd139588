"""Access tokens with which a browser becomes a softphone (twilio.com/docs/iam/access-tokens)."""

from __future__ import annotations

import re

from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VoiceGrant  # type: ignore[import-untyped]

from telephony.errors import BadInput, SettingsError
from telephony.settings import Settings

TTL_SECONDS = 3600
_IDENTITY = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def softphone_token(settings: Settings, identity: str, ttl: int = TTL_SECONDS) -> str:
    """A token for the softphone ``client:identity``, valid for ``ttl`` seconds (at most a day).

    Raises BadInput for an identity that could not stand in a URL, SettingsError without an API key.
    """
    if not _IDENTITY.fullmatch(identity):
        raise BadInput("identity", "may hold only letters, digits, dot, dash and underscore")
    if not settings.twilio_api_key_sid or not settings.twilio_api_key_secret.get_secret_value():
        raise SettingsError(
            "A softphone needs a Twilio API key, and none is set.",
            what_to_do="Run `warmline twilio setup`, or set WARMLINE_TWILIO_API_KEY_SID and "
            "WARMLINE_TWILIO_API_KEY_SECRET.",
        )
    token = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key_sid,
        settings.twilio_api_key_secret.get_secret_value(),
        identity=identity,
        ttl=ttl,
    )
    token.add_grant(
        VoiceGrant(
            incoming_allow=True,
            outgoing_application_sid=settings.twilio_application_sid or None,
        )
    )
    return str(token.to_jwt())
