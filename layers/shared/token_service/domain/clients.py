"""Client authentication (RFC 6749 section 2.3)."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from hmac import compare_digest

from token_service.domain.errors import InvalidClient
from token_service.domain.model import Client, ClientCredentials
from token_service.domain.ports import Clients, Clock

# Compared against when there is nothing to compare with, so that all refusals cost the same.
_NO_DIGEST = sha256(b"").hexdigest()
_MOST_HELD = 1000
# Two, so that a rotation needs no downtime.
MAX_SECRETS = 2


def secret_digest(secret: str) -> str:
    """How a secret is stored. One SHA-256 is enough: generated secrets have 256 bits."""
    return sha256(secret.encode()).hexdigest()


class ClientAuthenticator:
    """Turns credentials into a live client, or refuses without saying why.

    It may hold clients for a few seconds, when an operator trades that for a read a token. What is
    refused is looked up afresh first. Disabling, deleting and ending all tokens are not put off by
    it: a token made from a stale client is dead on arrival. A replaced secret works on meanwhile.
    """

    def __init__(self, clients: Clients, now: Clock, hold_seconds: int = 0) -> None:
        """`now` gives seconds since the epoch; 0 `hold_seconds` holds nothing."""
        self._clients = clients
        self._now = now
        self._hold_seconds = hold_seconds
        self._held: dict[str, tuple[int, Client]] = {}

    def authenticate(
        self, credentials: ClientCredentials | None, *, public_may_send_secret: bool = False
    ) -> Client:
        """The client these credentials prove; a public client proves itself by sending none.

        `public_may_send_secret` is IdentityServer's leniency: it does not look at the secret of a
        client that needs none (contracts/oauth.md 2b, step 4b).

        Raises:
            InvalidClient: unknown, disabled or expired client, or a wrong, missing or needless
                secret; the same answer, after the same work, for all of them.
            Unavailable: the store did not answer.

        """
        if credentials is None:
            raise InvalidClient(detail="no client credentials")
        presented = secret_digest(credentials.secret or "")

        def check(client: Client | None) -> Client:
            matches = _matches(client, presented, self._now())
            if client is None or not client.is_live(self._now()):
                raise InvalidClient(detail="unknown, disabled or expired client")
            if client.public:
                if credentials.secret is not None and not public_may_send_secret:
                    raise InvalidClient(detail="public client sent a secret")
            elif credentials.secret is None or not matches:
                raise InvalidClient(detail="missing or wrong secret")
            return client

        return self._checked(credentials.client_id, check)

    def identify(self, client_id: str) -> Client:
        """The live client of this id, unproven: for grants that need the id alone.

        Raises:
            InvalidClient: unknown, disabled or expired.
            Unavailable: the store did not answer.

        """

        def check(client: Client | None) -> Client:
            if client is None or not client.is_live(self._now()):
                raise InvalidClient(detail="unknown, disabled or expired client")
            return client

        return self._checked(client_id, check)

    def _checked(self, client_id: str, check: Callable[[Client | None], Client]) -> Client:
        """Check the held client if there is one; what it is refused for may be stale."""
        read_at, held = self._held.get(client_id, (0, None))
        if held is not None and self._now() - read_at < self._hold_seconds:
            with suppress(InvalidClient):
                return check(held)
        client = check(self._clients.find(client_id))
        if self._hold_seconds:
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            self._held[client_id] = (self._now(), client)
        return client


def _matches(client: Client | None, presented: str, now: int) -> bool:
    """Constant-time comparison with every live secret, and as many times whatever there is."""
    live = [s.digest for s in client.secrets if s.is_live(now)] if client else []
    padding = [_NO_DIGEST] * (MAX_SECRETS - len(live))
    results = [compare_digest(presented, digest) for digest in (*live, *padding)]
    return any(results[: len(live)])
