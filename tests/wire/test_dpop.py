"""DPoP at the token endpoints, in the words of each dialect (RFC 9449 sections 5 and 8)."""

from urllib.parse import urlencode

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.grants import TokenFormat
from token_service.wire.form import FORM
from token_service.wire.http import Request

from tests.prover import Prover
from tests.service import ISSUER, Service
from tests.wire.api import CLIENT_CREDENTIALS, Api, body_of
from tests.wire.demo_clients import SERVER, SERVER_SECRET
from tests.wire.shapes import assert_refusal

PATHS = {"standard": "/oauth2/token", "simple_store": "/connect/token"}
BOUND, BOUND_SECRET = "bound-client", "demo-secret-demo-secret-demo-secret-demo-0009"


@pytest.fixture
def prover(api: Api) -> Prover:
    """A client's key, on the service's clock."""
    return Prover(api.service.now)


@pytest.mark.parametrize("form", [TokenFormat.JWT, TokenFormat.OPAQUE])
@pytest.mark.parametrize("dialect", PATHS)
def test_bound_token(api: Api, prover: Prover, dialect: str, form: TokenFormat) -> None:
    """A proof gives a token of type DPoP, and introspection names the key."""
    api.service.administration.create(
        NewClient("Bound", id=BOUND, secret=BOUND_SECRET, dpop_bound=True, token_format=form)
    )
    path = PATHS[dialect]
    fields = CLIENT_CREDENTIALS | {"client_id": BOUND, "client_secret": BOUND_SECRET}
    answer = api.post(path, fields, dpop=prover.prove("POST", ISSUER + path))
    assert (answer.status, body_of(answer)["token_type"]) == (200, "DPoP")
    assert "dpop-nonce" not in answer.headers
    token = body_of(answer)["access_token"]
    question = {"token": token, "client_id": SERVER, "client_secret": SERVER_SECRET}
    told = body_of(api.post("/oauth2/introspect", question))
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": prover.jkt})


@pytest.mark.parametrize("dialect", PATHS)
def test_bad_proofs(api: Api, prover: Prover, dialect: str) -> None:
    """400 invalid_dpop_proof: for another address, twice, not at all a proof, or none in it."""
    path = PATHS[dialect]
    good = prover.prove("POST", ISSUER + path)
    elsewhere = prover.prove("POST", f"{ISSUER}/oauth2/introspect")
    assert api.post(path, CLIENT_CREDENTIALS, dpop=good).status == 200
    for text in (good, f"{good},{good}", elsewhere, "nonsense", "é", " "):
        answer = api.post(path, CLIENT_CREDENTIALS, dpop=text)
        assert_refusal(dialect, answer)
        assert (answer.status, body_of(answer)["error"]) == (400, "invalid_dpop_proof")
        assert ("error_description" in body_of(answer)) is (dialect == "standard")
        assert "www-authenticate" not in answer.headers


def test_an_empty_header_is_a_bad_proof(api: Api) -> None:
    """Not the same as none: its sender believes that its token will be bound."""
    body = urlencode(CLIENT_CREDENTIALS).encode()
    headers = {"content-type": FORM, "dpop": ""}
    answer = api.respond(Request("POST", PATHS["standard"], headers, body))
    assert body_of(answer)["error"] == "invalid_dpop_proof"
    assert not api.service.tokens.records


@pytest.mark.parametrize("dialect", PATHS)
def test_authentication_comes_first(api: Api, prover: Prover, dialect: str) -> None:
    """A wrong secret is told as ever, and the proof can be sent again with the right one."""
    path = PATHS[dialect]
    text = prover.prove("POST", ISSUER + path)
    wrong = api.post(path, CLIENT_CREDENTIALS | {"client_secret": "wrong"}, dpop=text)
    assert body_of(wrong)["error"] == "invalid_client"
    assert not api.service.nonces.used
    assert api.post(path, CLIENT_CREDENTIALS, dpop=text).status == 200


@pytest.mark.parametrize("dialect", PATHS)
def test_nonces(dialect: str) -> None:
    """Where they are required, refusals and tokens bring one (RFC 9449 section 8.2)."""
    service = Service(require_nonces=True)
    api, prover, path = Api(service), Prover(service.now), PATHS[dialect]
    refused = api.post(path, CLIENT_CREDENTIALS, dpop=prover.prove("POST", ISSUER + path))
    assert_refusal(dialect, refused)
    assert (refused.status, body_of(refused)["error"]) == (400, "use_dpop_nonce")
    prover.nonce = refused.headers["dpop-nonce"]
    served = api.post(path, CLIENT_CREDENTIALS, dpop=prover.prove("POST", ISSUER + path))
    assert served.status == 200
    assert served.headers["dpop-nonce"] == service.server_nonces.current()
    assert "dpop-nonce" not in api.post(path, CLIENT_CREDENTIALS).headers


@pytest.mark.parametrize("grant", ["client_credentials", "implicit"])
@pytest.mark.parametrize("path", ["/oauth/access_token", *PATHS.values()])
def test_a_client_that_must_bind(api: Api, prover: Prover, path: str, grant: str) -> None:
    """Without a proof it gets no token by any path, least of all where none can be bound."""
    api.service.administration.create(
        NewClient("Bound", id=BOUND, secret=BOUND_SECRET, dpop_bound=True)
    )
    fields = {"grant_type": grant, "client_id": BOUND, "client_secret": BOUND_SECRET}
    elastic_path = path.startswith("/oauth/")
    proof = {"dpop": prover.prove("POST", ISSUER + path)} if elastic_path else {}
    answer = api.post(path, fields, **proof)
    assert answer.status == 400
    assert not api.service.tokens.records
    body = body_of(answer)
    if elastic_path:
        assert body["errors"][0]["title"] == "Bad Request"
        assert "DPoP" in body["errors"][0]["detail"]
    elif grant == "client_credentials":
        assert body["error"] == "invalid_grant"
    else:
        assert body["error"] == "unsupported_grant_type"


def test_elastic_path_knows_no_proofs(api: Api) -> None:
    """Its clients may send what they like there; their tokens are bearer tokens."""
    answer = api.post("/oauth/access_token", CLIENT_CREDENTIALS, dpop="nonsense")
    assert (answer.status, body_of(answer)["token_type"]) == (200, "Bearer")
