"""What a client's details may be: what could not be kept, or not be used later, is refused."""

import re

from token_service.domain.client_keys import ClientKeyError, check_keys
from token_service.domain.limits import (
    JWT_MAX_LIFETIME,
    LIMITS,
    MIN_LIFETIME,
    OPAQUE_MAX_LIFETIME,
)
from token_service.domain.model import (
    CLIENT_GRANTS,
    Client,
    Grant,
    Introspection,
    TokenFormat,
)

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}", re.ASCII)
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
_AUDIENCE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_MIN_IMPORTED_SECRET = 32
_SECRET = re.compile(rf"[\x21-\x7e]{{{_MIN_IMPORTED_SECRET},{LIMITS.client_secret}}}", re.ASCII)
MAX_NAME = 255


class ClientDetailError(ValueError):
    """A detail given for a client is not acceptable; the message names it."""


def check_client(client: Client) -> None:
    """Refuse a client that is not acceptable as a whole.

    Raises:
        ClientDetailError: the message says which detail.

    """
    longest = JWT_MAX_LIFETIME if client.token_format is TokenFormat.JWT else OPAQUE_MAX_LIFETIME
    lifetime = client.token_lifetime
    _refuse_first(
        {
            f"name must have 1 to {MAX_NAME} printable characters": not is_client_name(client.name),
            "id must have 1 to 100 characters from A-Z a-z 0-9 . _ ~ -": (
                not _CLIENT_ID.fullmatch(client.id)
            ),
            "a client's grants are client_credentials and implicit": (
                not CLIENT_GRANTS.issuperset(client.grants)
            ),
            "a public client cannot use client_credentials": (
                client.public and Grant.CLIENT_CREDENTIALS in client.grants
            ),
            "a public client cannot introspect": (
                client.public and client.introspection is not Introspection.OWN
            ),
            "a public client has no keys": client.public and bool(client.jwks),
            "only JWTs can do without a record": (
                not client.recorded and client.token_format is not TokenFormat.JWT
            ),
            # DynamoDB removes it on its own day, and would not give the reservation back. A key is
            # what a client is called where it reserves.
            "a key that expires cannot reserve a rate limit": (
                client.expires_at is not None and client.reserved_rate_limit > 0
            ),
            "scope values are printable ASCII without space, quote and backslash": not all(
                _SCOPE_TOKEN.fullmatch(scope) for scope in client.scopes
            ),
            f"token lifetime must be {MIN_LIFETIME} to {longest} seconds": (
                lifetime is not None and not MIN_LIFETIME <= lifetime <= longest
            ),
            "audiences served are given with introspection by audience, and only then": (
                bool(client.serves) != (client.introspection is Introspection.AUDIENCE)
            ),
            **_list_problems("scopes", client.scopes, LIMITS.scope),
            **_audience_problems("audience", client.audience),
            **_audience_problems("served audience", client.serves),
        }
    )
    if client.jwks:
        try:
            check_keys(client.jwks)
        except ClientKeyError as error:
            raise ClientDetailError(str(error)) from error


def is_client_name(name: str) -> bool:
    """Whether people can call a client so."""
    return 0 < len(name) <= MAX_NAME and name.isprintable()


def check_expiry(expires_at: int | None, now: int) -> None:
    """Refuse a new expiry (seconds) that has passed.

    Raises:
        ClientDetailError: it has.

    """
    _refuse_first({"expiry must be in the future": expires_at is not None and expires_at <= now})


def check_new_secret(secret: str | None, expires_at: int | None, *, needed: bool) -> None:
    """Refuse an operator's own secret that could be guessed or sent by nobody, or an end of none.

    Raises:
        ClientDetailError: that, or the client needs none.

    """
    _refuse_first(
        {
            f"secret must have {_MIN_IMPORTED_SECRET} to {LIMITS.client_secret} characters, "
            "printable ASCII without space": secret is not None and not _SECRET.fullmatch(secret),
            "a public client or one with keys has no secret": (
                not needed and (secret is not None or expires_at is not None)
            ),
        }
    )


def _audience_problems(what: str, values: tuple[str, ...]) -> dict[str, bool]:
    return {
        f"{what} values are printable ASCII without space": not all(
            _AUDIENCE.fullmatch(value) for value in values
        ),
        **_list_problems(f"{what}s", values, LIMITS.audience),
    }


def _list_problems(what: str, values: tuple[str, ...], most: int) -> dict[str, bool]:
    return {f"{what} together are limited to {most} characters": len(" ".join(values)) > most}


def _refuse_first(problems: dict[str, bool]) -> None:
    for problem, is_one in problems.items():
        if is_one:
            raise ClientDetailError(problem)
