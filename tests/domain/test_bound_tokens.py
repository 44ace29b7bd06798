"""Which tokens are bound to a key, and for whom nothing else is issued (RFC 9449 section 5)."""

from typing import Any

import pytest
from token_service.domain.dpop import Proof
from token_service.domain.errors import (
    InvalidClient,
    InvalidProof,
    InvalidScope,
    NonceRequired,
    ProofRequired,
    ServiceError,
)
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.issue import IssueRequest
from token_service.domain.owners import CLIENT_GRANTS, ClientCredentials
from token_service.domain.tokens import IssuedToken

from tests.domain.acts import EVERY_KIND, issue, register
from tests.domain.forge import parts
from tests.prover import Prover
from tests.service import Service

URL = "https://auth.example.test/oauth2/token"


def issue_bound(
    service: Service, credentials: ClientCredentials, text: str, scope: str | None = None
) -> IssuedToken:
    """A token asked for with a proof."""
    proof = Proof(text, "POST", URL)
    request = IssueRequest(Grant.CLIENT_CREDENTIALS, credentials, CLIENT_GRANTS, scope, proof=proof)
    return service.issuer.issue(request)


@EVERY_KIND
def test_a_proof_binds_a_token_of_any_kind(kind: dict[str, Any]) -> None:
    """The record has the key's thumbprint, a JWT says so itself, and introspection tells it."""
    service = Service()
    prover = Prover(service.now)
    client, credentials = register(service, **kind)
    token = issue_bound(service, credentials, prover.prove("POST", URL))
    assert (token.token_type, token.record.jkt) == ("DPoP", prover.jkt)
    if client.token_format is TokenFormat.JWT:
        assert parts(token.value)[1]["cnf"] == {"jkt": prover.jkt}
    active = service.introspector.introspect(client, token.value)
    assert active
    assert active.record.jkt == prover.jkt


def test_without_a_proof_nothing_is_bound() -> None:
    """As ever."""
    service = Service()
    token = issue(service, register(service)[1])
    assert (token.token_type, token.record.jkt, token.next_nonce) == ("Bearer", None, None)
    assert "cnf" not in parts(token.value)[1]


@pytest.mark.parametrize("grant", sorted(CLIENT_GRANTS))
def test_a_client_that_must_bind_gets_nothing_else(grant: Grant) -> None:
    """RFC 9449 section 5.2: no proof, no token, whatever the grant."""
    service = Service()
    _, credentials = register(service, dpop_bound=True)
    with pytest.raises(ProofRequired):
        issue(service, credentials, grant)
    assert not service.tokens.records
    text = Prover(service.now).prove("POST", URL)
    assert issue_bound(service, credentials, text).token_type == "DPoP"


def test_a_refused_request_uses_no_proof_up() -> None:
    """A client that is not who it says, or asks for too much, leaves nothing behind."""
    service = Service()
    _, credentials = register(service, scopes=("read",))
    text = Prover(service.now).prove("POST", URL)
    wrong = ClientCredentials(credentials.client_id, "wrong")
    refusals: list[tuple[ClientCredentials, str | None, type[ServiceError]]] = [
        (wrong, None, InvalidClient),
        (credentials, "write", InvalidScope),
    ]
    for presented, scope, refusal in refusals:
        with pytest.raises(refusal):
            issue_bound(service, presented, text, scope)
        assert not service.nonces.used
        assert not service.tokens.records
    assert issue_bound(service, credentials, text).token_type == "DPoP"
    with pytest.raises(InvalidProof):
        issue_bound(service, credentials, text)
    assert len(service.tokens.records) == 1


def test_a_bad_proof_gets_no_token_at_all() -> None:
    """Not even one that is not bound: the client asked for more."""
    service = Service()
    _, credentials = register(service)
    with pytest.raises(InvalidProof):
        issue_bound(service, credentials, Prover(service.now).prove("GET", URL))
    assert not service.tokens.records
    assert not service.nonces.used


def test_with_nonces_a_token_comes_with_the_next() -> None:
    """Refused once with a nonce, then served, with the nonce for the call after."""
    service = Service(require_nonces=True)
    _, credentials = register(service)
    prover = Prover(service.now)
    with pytest.raises(NonceRequired) as refusal:
        issue_bound(service, credentials, prover.prove("POST", URL))
    assert not service.nonces.used
    prover.nonce = refusal.value.nonce
    token = issue_bound(service, credentials, prover.prove("POST", URL))
    assert token.next_nonce == service.proofs.next_nonce()
    assert issue(service, credentials).next_nonce is None
