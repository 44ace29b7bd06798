"""When clients, their secrets and their keys were last used, to the hour."""

from collections.abc import Callable, Mapping
from typing import Any

from token_service.domain.limits import HOUR
from token_service.domain.owners import LastUse, Secret
from token_service.domain.ports import ClientUses, Clock

_AT_MOST_EVERY = HOUR
_MOST_REMEMBERED = 1000
_DIGITS = 16


def secret_mark(digest: str) -> str:
    """What a secret is called where its use is noted: enough of its digest to tell it apart."""
    return f"secret#{digest[:_DIGITS]}"


def key_mark(kid: str) -> str:
    """What a key is called there."""
    return f"key#{kid}"


def secret_last_used(use: LastUse, secret: Secret) -> int | None:
    """When a secret was last used (seconds), or None."""
    return use.by_mark.get(secret_mark(secret.digest))


def key_last_used(use: LastUse, jwk: Mapping[str, Any]) -> int | None:
    """When a key was last used (seconds), or None; one without a `kid` is not noted apart."""
    return use.by_mark.get(key_mark(jwk["kid"])) if "kid" in jwk else None


class ClientUseNotes:
    """Notes uses at most once an hour; best effort, since a token matters more than a note of it.

    What this process has noted is not written again within the hour, nor what it failed to note.
    """

    def __init__(self, uses: ClientUses, now: Clock, missed: Callable[[Exception], None]) -> None:
        """`now` gives seconds since the epoch; `missed` is told why a note could not be kept."""
        self._uses = uses
        self._now = now
        self._missed = missed
        self._noted: dict[tuple[str, str | None], int] = {}

    def note(self, client_id: str, mark: str | None = None) -> None:
        """A client is used, with the secret or the key of this mark if it has one; never raises."""
        now = self._now()
        noted = self._noted.get((client_id, mark))
        if noted is not None and now - noted < _AT_MOST_EVERY:
            return
        if len(self._noted) >= _MOST_REMEMBERED:
            self._noted.clear()
        self._noted[client_id, mark] = now
        try:
            self._uses.note(client_id, mark, now, _AT_MOST_EVERY)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client has proved itself
            self._missed(error)
