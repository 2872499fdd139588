"""All settings, read once at boot from `WARMLINE_…` environment variables.

`load_settings()` is the only way in. It returns a frozen object or raises `SettingsError`, which
names every wrong variable at once and says what to do. Secrets are `SecretStr`, so that they do
not slip into logs; an empty string always means "not set".
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from telephony.errors import SettingsError

PREFIX = "WARMLINE_"

_NEEDED_IN_PRODUCTION = (
    "redis_url",
    "database_url",
    "public_url",
    "secret_key",
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_api_key_sid",
    "twilio_api_key_secret",
    "twilio_application_sid",
    "caller_id",
)


def _base_url(value: str) -> str:
    """An origin without path, query or trailing slash; signatures are computed from it."""
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must look like https://calls.example.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must be a scheme and a host only, without a path or a user")
    return value.rstrip("/")


def _web_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise ValueError("must be a web address such as https://static.example.com/hold.xml")
    return value


def _redis_url(value: str) -> str:
    if not re.fullmatch(r"(redis|rediss|unix)://\S+", value):
        raise ValueError("must look like redis://127.0.0.1:6379/0 (or rediss://, or unix://)")
    return value


def _database_url(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?://\S*", value):
        raise ValueError("must look like postgresql://user@host/warmline or sqlite:///file.db")
    return value


def _sid(prefix: str) -> AfterValidator:
    def check(value: str) -> str:
        if value and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", value):
            raise ValueError(f"must be {prefix} followed by 32 hexadecimal digits")
        return value

    return AfterValidator(check)


def _e164(value: str) -> str:
    if value and not re.fullmatch(r"\+[1-9][0-9]{6,14}", value):
        raise ValueError("must be a number in E.164 form such as +15550001000")
    return value


def _roles(value: str) -> str:
    pairs = [part.split("=", 1) for part in value.split(",")]
    roles = {"agent", "supervisor", "admin"}
    if any(len(pair) != 2 or pair[0].strip() not in roles or not pair[1].strip() for pair in pairs):
        raise ValueError("must look like agent=staff, supervisor=team-leads, admin=it")
    return value


def _default_database(data: dict[str, Any]) -> str:
    return f"sqlite:///{data.get('data_dir', Path('var')) / 'warmline.db'}"


def _default_public_url(data: dict[str, Any]) -> str:
    return f"http://127.0.0.1:{data.get('web_port', 8000)}"


Purpose = Literal["session", "csrf", "promise link", "alert webhook"]
"""What secrets are needed for; the word is part of the secret and never changes."""

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Everything that can be set from outside; see the table in README.md.

    - `public_url` is the only base for webhook URLs and for signatures, whatever the Host or
      forwarding headers of a request say.
    - `twilio_base_url` is empty for Twilio itself, or the address of a simulator.
    - `rest_timeout` is in seconds and may not exceed 5, because a customer waits behind it.
    - `calls_per_second` is what the Twilio account allows for starting calls (default 1).
    - `secret_key` signs nothing itself; `key_for` makes a secret of it for each purpose.
    - `alert_url` is told of every ticket, signed, and told again every `alert_again_minutes` until
      somebody has taken the ticket.
    - `trusted_proxies` is how many proxies of our own stand before the web process; each of them
      appends to X-Forwarded-For the address that it was asked from. 0: nobody's word is taken.
    - `oidc_…` switch signing in with the company's own accounts on (OpenID Connect); `oidc_roles`
      says which words of the claim `oidc_role_claim` make which role, the highest wins.
    - `speed` is simulated seconds per wall second; only a simulator can follow it.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True
    )

    environment: Literal["development", "production"] = "development"
    demo_mode: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    data_dir: Path = Path("var")
    web_port: Port = 8000
    simulator_port: Port = 4010
    workers: Annotated[int, Field(ge=1, le=64)] = 2

    redis_url: Annotated[str, AfterValidator(_redis_url)] = "redis://127.0.0.1:6379/0"
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default_factory=_default_database
    )
    public_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default_factory=_default_public_url
    )
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    fallback_url: Annotated[str, AfterValidator(_web_address)] = ""
    alert_url: Annotated[str, AfterValidator(_web_address)] = ""
    alert_again_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    secret_key: SecretStr = Field(default_factory=lambda: SecretStr(secrets.token_urlsafe(32)))

    oidc_issuer: Annotated[str, AfterValidator(_web_address)] = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name_claim: str = "preferred_username"
    oidc_role_claim: str = "roles"
    oidc_roles: Annotated[str, AfterValidator(_roles)] = (
        "agent=agent, supervisor=supervisor, admin=admin"
    )

    twilio_account_sid: Annotated[str, _sid("AC")] = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_api_key_sid: Annotated[str, _sid("SK")] = ""
    twilio_api_key_secret: SecretStr = SecretStr("")
    twilio_application_sid: Annotated[str, _sid("AP")] = ""
    twilio_base_url: Annotated[str, AfterValidator(_base_url)] = ""
    caller_id: Annotated[str, AfterValidator(_e164)] = ""
    calls_per_second: Annotated[float, Field(gt=0, le=1000)] = 1.0
    rest_timeout: Annotated[float, Field(gt=0, le=5)] = 5.0
    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0

    @property
    def production(self) -> bool:
        """Whether real customers call."""
        return self.environment == "production"

    @property
    def twilio_configured(self) -> bool:
        """Whether an account is known, be it Twilio's or a simulator's."""
        return bool(self.twilio_account_sid and self.twilio_auth_token.get_secret_value())

    @property
    def live_twilio(self) -> bool:
        """Whether calls go to Twilio itself instead of a simulator."""
        return self.twilio_configured and not self.twilio_base_url

    def key_for(self, purpose: Purpose) -> str:
        """The secret for one purpose, made of `secret_key`: HMAC-SHA256 under it of a label, in
        hexadecimal digits. Whoever learns one knows neither another one nor `secret_key`.
        """
        label = f"warmline {purpose}".encode()
        return hmac.new(self.secret_key.get_secret_value().encode(), label, "sha256").hexdigest()


def variable(field: str) -> str:
    """The environment variable of a field, for messages."""
    return PREFIX + field.upper()


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the process environment; `overrides` win over it, field by field.

    Raises `SettingsError` that lists every problem at once.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        # A default that could not be computed only repeats the problem of another field.
        told = [dict(item) for item in error.errors() if "default_factory" not in item["type"]]
        raise _refusal(tuple(_sentence(item) for item in told)) from None
    problems = (*_contradictions(settings), *_production_problems(settings))
    if problems:
        raise _refusal(problems)
    return settings


def _sentence(item: dict[str, Any]) -> str:
    # Only the place and the rule are told: the value may be a secret.
    field = str(item["loc"][0]) if item["loc"] else "settings"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{variable(field)}: {message[:1].lower()}{message[1:]}"


def _refusal(problems: tuple[str, ...]) -> SettingsError:
    return SettingsError(
        "The settings cannot be used: " + "; ".join(problems) + ".", problems=problems
    )


def _contradictions(settings: Settings) -> tuple[str, ...]:
    problems = []
    if settings.twilio_base_url:
        # The SDK splices region and edge into any host name, 127.0.0.1 included.
        problems += [
            f"{name}: must not be set together with {variable('twilio_base_url')}, because the "
            "Twilio SDK would rewrite that address; unset it"
            for name in ("TWILIO_REGION", "TWILIO_EDGE")
            if os.environ.get(name)
        ]
    if settings.speed != 1 and not settings.twilio_base_url:
        problems.append(
            f"{variable('speed')}: only a simulator can run faster; set "
            f"{variable('twilio_base_url')} to one or leave the speed at 1"
        )
    if settings.oidc_issuer or settings.oidc_client_id:
        problems += _openid_problems(settings)
    if "secret_key" in settings.model_fields_set and len(settings.secret_key) < 32:
        problems.append(f"{variable('secret_key')}: must have at least 32 characters")
    return tuple(problems)


def _openid_problems(settings: Settings) -> list[str]:
    needed = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
    problems = [
        f"{variable(name)}: is needed beside the other settings of OpenID Connect"
        for name in needed
        if not str(getattr(settings, name))
    ]
    issuer = urlsplit(settings.oidc_issuer)
    if issuer.scheme == "http" and issuer.hostname not in {"127.0.0.1", "localhost", "::1"}:
        problems.append(f"{variable('oidc_issuer')}: must begin with https://")
    return problems


def _production_problems(settings: Settings) -> tuple[str, ...]:
    if not settings.production:
        return ()
    problems = [
        f"{variable(name)}: must be set in production{_reason(name)}"
        for name in _NEEDED_IN_PRODUCTION
        if name not in settings.model_fields_set
    ]
    if not settings.public_url.startswith("https://"):
        problems.append(f"{variable('public_url')}: must begin with https:// in production")
    if settings.twilio_base_url.startswith("http://"):
        problems.append(
            f"{variable('twilio_base_url')}: would send the account's secrets unencrypted; "
            "unset it in production"
        )
    if settings.speed != 1:
        problems.append(f"{variable('speed')}: must be 1 in production")
    if settings.demo_mode:
        problems.append(f"{variable('demo_mode')}: must be off in production")
    return tuple(problems)


def _reason(name: str) -> str:
    return " (the embedded Redis is for development only)" if name == "redis_url" else ""
