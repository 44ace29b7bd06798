"""Client authentication (RFC 6749 section 2.3)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from token_service.domain.client_assertions import ClientAssertions, ProvedAssertion
from token_service.domain.client_throttle import ClientThrottle
from token_service.domain.client_use import ClientUseNotes, key_mark, secret_mark
from token_service.domain.errors import InvalidClient
from token_service.domain.held import Held
from token_service.domain.owners import Client, ClientCredentials
from token_service.domain.ports import Clients, Clock

# Compared against when there is nothing to compare with, so that all refusals cost the same.
_NO_DIGEST = sha256(b"").hexdigest()
# Two, so that a rotation needs no downtime.
MAX_SECRETS = 2


def secret_digest(secret: str) -> str:
    """How a secret is stored. One SHA-256 is enough: generated secrets have 256 bits."""
    return sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Proof:
    """A client that has proved itself, by what (its mark), and what is to be used up for it."""

    client: Client
    mark: str | None = None
    assertion: ProvedAssertion | None = None


class ClientAuthenticator:
    """Turns credentials into a live client, or refuses without saying why.

    It may hold clients for a few seconds, when an operator trades that for a read a token. What is
    refused is looked up afresh first. Disabling, deleting and ending all tokens are not put off by
    it where tokens are looked up: one made from a stale client is dead on arrival. A replaced
    secret works on meanwhile, and whoever believes signatures alone believes such a token.
    """

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        clients: Clients,
        now: Clock,
        hold_seconds: int = 0,
        *,
        assertions: ClientAssertions,
        throttle: ClientThrottle,
        use: ClientUseNotes,
    ) -> None:
        """`now` gives seconds since the epoch; 0 `hold_seconds` holds nothing."""
        self._clients = clients
        self._now = now
        self._assertions = assertions
        self._throttle = throttle
        self._use = use
        self._held = Held[Client](hold_seconds, now)

    def authenticate(
        self,
        credentials: ClientCredentials | None,
        *,
        public_may_send_secret: bool = False,
        read: Clients | None = None,
    ) -> Client:
        """The client these credentials prove; a public client proves itself by sending none.

        A client with registered keys proves itself by an assertion and nothing else, any other by
        its secret and nothing else. `public_may_send_secret` is IdentityServer's leniency: it does
        not look at the secret of a client that needs none (docs/platforms/simplestore.md, 2,
        step 4b). `read`
        has the client, if it was read just now.

        Raises:
            InvalidClient: unknown, disabled or expired client, or a wrong, missing or needless
                secret or assertion; the same answer for all of them, and for all that is wrong
                with a secret after the same work.
            TooManyFailures: the same, after too many failures from there.
            Unavailable: the store did not answer.

        """
        if credentials is None:
            raise InvalidClient(detail="no client credentials")

        def check(client: Client | None) -> _Proof:
            return self._prove(client, credentials, may_send_secret=public_may_send_secret)

        try:
            proof = self._checked(credentials.client_id, check, read or self._clients)
            if proof.assertion is not None:
                self._assertions.use_up(proof.client, proof.assertion)
        except InvalidClient:
            self._throttle.failed(credentials)
            raise
        self._throttle.succeeded(credentials)
        self._use.note(proof.client.id, proof.mark)
        return proof.client

    def identify(self, client_id: str) -> Client:
        """The live client of this id, unproven: for grants that need the id alone.

        Raises:
            InvalidClient: unknown, disabled or expired.
            Unavailable: the store did not answer.

        """

        def check(client: Client | None) -> _Proof:
            if client is None or not client.is_live(self._now()):
                raise InvalidClient(detail="unknown, disabled or expired client")
            return _Proof(client)

        client = self._checked(client_id, check, self._clients).client
        self._use.note(client.id)
        return client

    def _prove(
        self, client: Client | None, credentials: ClientCredentials, *, may_send_secret: bool
    ) -> _Proof:
        matching = _matching(client, secret_digest(credentials.secret or ""), self._now())
        if client is None or not client.is_live(self._now()):
            raise InvalidClient(detail="unknown, disabled or expired client")
        if credentials.malformed:
            raise InvalidClient(detail="malformed credentials")
        if client.jwks:
            return self._prove_by_key(client, credentials)
        if credentials.assertion is not None:
            raise InvalidClient(detail="assertion of a client without keys")
        if client.public:
            if credentials.secret is not None and not may_send_secret:
                raise InvalidClient(detail="public client sent a secret")
            return _Proof(client)
        if credentials.secret is None or matching is None:
            raise InvalidClient(detail="missing or wrong secret")
        return _Proof(client, secret_mark(matching))

    def _prove_by_key(self, client: Client, credentials: ClientCredentials) -> _Proof:
        if credentials.assertion is None or credentials.secret is not None:
            raise InvalidClient(detail="this client proves itself by an assertion alone")
        proved = self._assertions.prove(client, credentials.assertion)
        return _Proof(client, None if proved.kid is None else key_mark(proved.kid), proved)

    def _checked(
        self, client_id: str, check: Callable[[Client | None], _Proof], clients: Clients
    ) -> _Proof:
        """Check the held client if there is one; what it is refused for may be stale."""
        held = self._held.get(client_id)
        if held is not None:
            with suppress(InvalidClient):
                return check(held)
        proof = check(clients.find(client_id))
        self._held.put(client_id, proof.client)
        return proof


def _matching(client: Client | None, presented: str, now: int) -> str | None:
    """The live secret's digest that equals what was presented, or None.

    Constant-time comparison with every live secret, and as many times whatever there is.
    """
    live = [s.digest for s in client.secrets if s.is_live(now)] if client else []
    padding = [_NO_DIGEST] * (MAX_SECRETS - len(live))
    results = [compare_digest(presented, digest) for digest in (*live, *padding)]
    return presented if any(results[: len(live)]) else None
