"""Where a function finds its credentials."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from token_service.aws.connection import NoAnswerError
from token_service.aws.signature import Credentials

# Asked for again so long before they end, in seconds: a call under way must not outlive them.
_RENEW_BEFORE = 300
_PATIENCE = 2


class NoCredentialsError(Exception):
    """The environment names no credentials."""


def credentials_of(
    environment: Mapping[str, str], now: Callable[[], int]
) -> Callable[[], Credentials]:
    """What gives a function's credentials whenever a request is signed.

    Lambda puts them into the environment of a function; of one that was restored from a snapshot
    (SnapStart) it serves them at an address, since the snapshot outlives them. `now` in seconds.

    Raises:
        NoCredentialsError: neither is there.

    """
    address = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if address:
        token = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        return ServedCredentials(address, token, now).current
    try:
        held = Credentials(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN", ""),
        )
    except KeyError as error:
        raise NoCredentialsError(f"the environment variable {error} is not set") from error
    return lambda: held


class ServedCredentials:
    """Credentials that an address on this host serves, held until shortly before they end."""

    def __init__(self, address: str, token: str, now: Callable[[], int]) -> None:
        """`token` is what the address wants to see; `now` gives seconds since the epoch."""
        self._address = urlsplit(address)
        self._token = token
        self._now = now
        self._held: Credentials | None = None
        self._ends_at = 0.0

    def current(self) -> Credentials:
        """Credentials with some minutes left.

        Raises:
            NoAnswerError: the address did not answer, or not with credentials.

        """
        if self._held is None or self._now() >= self._ends_at - _RENEW_BEFORE:
            try:
                self._held, self._ends_at = _read(self._ask())
            except NoAnswerError:
                if self._held is None or self._now() >= self._ends_at:
                    raise
        return self._held

    def _ask(self) -> object:
        # Only of who was restored from a snapshot is this the way.
        from http.client import HTTPConnection, HTTPException  # noqa: PLC0415

        where = HTTPConnection(self._address.netloc, timeout=_PATIENCE)
        try:
            where.request("GET", self._address.path, headers={"Authorization": self._token})
            served: object = json.load(where.getresponse())
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswerError(type(error).__name__) from error
        finally:
            where.close()
        return served


def _read(served: object) -> tuple[Credentials, float]:
    """The credentials, and when they end in seconds."""
    try:
        if not isinstance(served, dict):
            raise TypeError  # noqa: TRY301 - told like all that is not as it should be
        ends_at = datetime.fromisoformat(served["Expiration"]).timestamp()
        held = Credentials(served["AccessKeyId"], served["SecretAccessKey"], served["Token"])
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnswerError("no credentials were served") from error
    return held, ends_at
