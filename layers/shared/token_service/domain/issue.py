"""Issuing tokens: who may get what for how long."""

import re
from dataclasses import dataclass, replace

from token_service.domain.clients import ClientAuthenticator
from token_service.domain.dpop import Proof, ProofVerifier
from token_service.domain.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    ProofRequired,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from token_service.domain.limits import DEFAULT_LIFETIME, LIMITS
from token_service.domain.mint import TokenDetails, TokenMint
from token_service.domain.model import Access, Client, ClientCredentials, Grant, IssuedToken

# RFC 6749 section 3.3: printable ASCII without the quote and the backslash.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)

# RFC 8707 section 2: an absolute URI (RFC 3986 section 4.3), which has no fragment.
_RESOURCE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
)


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What a dialect read from a token request; `grants` is what that dialect offers.

    `resources` are the audiences asked for (RFC 8707 section 2); none stands for all the client's.
    `proof` is a DPoP proof, None for a dialect that knows none.
    """

    grant_type: str | None
    credentials: ClientCredentials | None
    grants: frozenset[Grant]
    scope: str | None = None
    public_may_send_secret: bool = False
    resources: tuple[str, ...] = ()
    proof: Proof | None = None


class TokenIssuer:
    """Issues tokens; one write each, and nothing is handed out that was not stored.

    A client that is not `recorded` gets tokens that are not: no write then.
    """

    def __init__(
        self,
        authenticator: ClientAuthenticator,
        mint: TokenMint,
        proofs: ProofVerifier,
        lifetime: int = DEFAULT_LIFETIME,
    ) -> None:
        """`lifetime` (seconds) is for clients that have none of their own."""
        self._authenticator = authenticator
        self._mint = mint
        self._proofs = proofs
        self._lifetime = lifetime

    def issue(self, request: IssueRequest) -> IssuedToken:
        """A new token, stored (if the client's are) before it is returned.

        Raises:
            InvalidClient: the client is not who it says (judged first, as IdentityServer does).
            InvalidRequest: no grant_type.
            UnsupportedGrantType: a grant this dialect does not offer.
            UnauthorizedClient: a grant this client may not use.
            InvalidScope: malformed, or more than the client holds.
            InvalidTarget: a resource that is no absolute URI, or none of the client's audiences.
            ProofRequired: no DPoP proof, of a client that may have bound tokens only.
            InvalidProof, NonceRequired: a DPoP proof that is not good; judged last, so that what
                is refused for another reason uses no proof up.
            Unavailable: the store or the keys did not answer; no token exists.

        """
        client = self._client(request)
        grant = _grant(request, client)
        scope = _scope(request.scope, grant, client)
        audience = _audience(request.resources, client.audience or (self._mint.audience,))
        jkt = self._jkt(request.proof, client)
        token = self._mint.mint(
            TokenDetails(
                owner=client,
                grant=grant,
                access=Access.READ_ONLY if grant is Grant.IMPLICIT else Access.FULL,
                form=client.token_format,
                lifetime=client.token_lifetime or self._lifetime,
                audience=audience,
                scope=scope,
                not_after=client.expires_at,
                jkt=jkt,
            )
        )
        return replace(token, next_nonce=self._proofs.next_nonce()) if jkt else token

    def _jkt(self, proof: Proof | None, client: Client) -> str | None:
        """The key to bind the token to, once it is proved and its proof used up; or none."""
        if proof is None:
            if client.dpop_bound:
                raise ProofRequired("this client's tokens must be bound by a DPoP proof")
            return None
        proved = self._proofs.verify(proof)
        self._proofs.use(proved)
        return proved.jkt

    def _client(self, request: IssueRequest) -> Client:
        credentials = request.credentials
        if (
            request.grant_type == Grant.IMPLICIT
            and Grant.IMPLICIT in request.grants
            and credentials
        ):
            # Elastic Path: the id alone, for every key; a secret sent along is ignored.
            return self._authenticator.identify(credentials.client_id)
        return self._authenticator.authenticate(
            credentials, public_may_send_secret=request.public_may_send_secret
        )


def _grant(request: IssueRequest, client: Client) -> Grant:
    if request.grant_type is None:
        raise InvalidRequest("grant_type is required")
    if request.grant_type not in request.grants:
        raise UnsupportedGrantType
    grant = Grant(request.grant_type)
    # RFC 6749 section 4.4: client credentials are for confidential clients only.
    if grant not in client.grants or (grant is Grant.CLIENT_CREDENTIALS and client.public):
        raise UnauthorizedClient
    return grant


def _scope(asked: str | None, grant: Grant, client: Client) -> tuple[str, ...]:
    """All the client's scopes when none is asked for; never one it does not hold."""
    if grant is Grant.IMPLICIT:
        # Whoever reads a web page can have this token: it carries no scope at all.
        return ()
    if asked is None:
        return client.scopes
    if len(asked) > LIMITS.scope or not _SCOPE.fullmatch(asked):
        raise InvalidScope("scope is malformed")
    wanted = tuple(dict.fromkeys(asked.split(" ")))
    if not set(wanted) <= set(client.scopes):
        raise InvalidScope
    return wanted


def _audience(asked: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Exactly the resources asked for, or all that are allowed when none is."""
    if len(asked) > LIMITS.resources:
        raise InvalidTarget(f"more than {LIMITS.resources} resources")
    if not all(len(one) <= LIMITS.audience and _RESOURCE.fullmatch(one) for one in asked):
        raise InvalidTarget("resource must be an absolute URI without a fragment")
    if not set(asked) <= set(allowed):
        raise InvalidTarget
    return tuple(dict.fromkeys(asked)) or allowed
