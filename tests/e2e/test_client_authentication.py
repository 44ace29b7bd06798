"""Client authentication over HTTP: authlib's private_key_jwt, and too many wrong secrets."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, RSAKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.e2e.deployed import ENDPOINTS, OPEN, SHUT, Deployed, NewClient, Party
from tests.e2e.operator import Operator

pytestmark = pytest.mark.usefixtures("insecure_transport")


def new_key(algorithm: str) -> tuple[str, str]:
    """A private PEM, and the public JWK of it."""
    key = (
        rsa.generate_private_key(65537, 2048)
        if algorithm == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    to_jwk = RSAAlgorithm.to_jwk if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm.to_jwk
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, to_jwk(key.public_key())  # type: ignore[arg-type]  # of the same type


def session_with(party: Party, pem: str, endpoint: str, algorithm: str) -> OAuth2Session:
    """Authlib, which signs an assertion for each request to this endpoint."""
    key = RSAKey.import_key(pem) if algorithm == "RS256" else ECKey.import_key(pem)
    method = PrivateKeyJWT.name
    session = OAuth2Session(
        *(party.id, key),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )
    session.register_client_auth_method(PrivateKeyJWT(endpoint, alg=algorithm))
    return session


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_authlib_proves_itself_by_a_key(
    deployed: Deployed, new_client: NewClient, tmp_path: Path, algorithm: str
) -> None:
    """A token's whole life without a secret; a stranger's key is refused (items 23, 26)."""
    pem, jwk = new_key(algorithm)
    path = tmp_path / "jwk.json"
    path.write_text(jwk)
    party = new_client("--jwks", str(path))
    assert party.secret == ""
    addresses = deployed.get("/.well-known/oauth-authorization-server").json()
    endpoint = addresses["token_endpoint"]
    assert "private_key_jwt" in addresses["token_endpoint_auth_methods_supported"]
    with session_with(party, pem, endpoint, algorithm) as session:
        token = session.fetch_token(endpoint, grant_type="client_credentials")["access_token"]
        deployed.tokens.append(token)
        told = session.introspect_token(addresses["introspection_endpoint"], token=token).json()
        assert (told["active"], told["client_id"]) == (True, party.id)
        assert deployed.doors(token) == OPEN
        ended = session.revoke_token(  # type: ignore[no-untyped-call]  # not in its stubs
            addresses["revocation_endpoint"], token=token
        )
        assert ended.status_code == 200
        assert deployed.doors(token) == SHUT
    stranger, _ = new_key(algorithm)
    with (
        session_with(party, stranger, endpoint, algorithm) as session,
        pytest.raises(OAuthError) as refusal,
    ):
        session.fetch_token(endpoint, grant_type="client_credentials")
    assert refusal.value.error == "invalid_client"


@pytest.mark.parametrize("dialect", ENDPOINTS)
def test_eleven_wrong_secrets(deployed: Deployed, new_client: NewClient, dialect: str) -> None:
    """Ten are told as such, the eleventh to wait; the right secret works at once (item 18)."""
    party = new_client()
    wrong = Party(party.id, "wrong")
    told = [deployed.ask(wrong, dialect) for _ in range(11)]
    assert {answer.status_code for answer in told[:10]} <= {400, 401}
    assert told[10].status_code == 429
    assert 0 < int(told[10].headers["retry-after"]) <= 60
    body: dict[str, Any] = told[10].json()
    if dialect == "elastic_path":
        (error,) = body["errors"]
        assert (error["status"], error["title"]) == ("429", "Too Many Requests")
    else:
        assert body["error"] == "temporarily_unavailable"
    deployed.issue(party, dialect)


def test_an_operator_sees_when_what_was_used(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator
) -> None:
    """And changes what a client may do, without touching what it proves itself with."""
    party = new_client("--scope", "a")
    assert tokenctl("clients", "show", party.id)["last_used_at"] is None
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    deployed.issue(party)
    shown = tokenctl("clients", "show", party.id)
    assert shown["last_used_at"] == shown["secrets"][0]["last_used_at"] >= started
    tokenctl("clients", "update", party.id, "--scope", "b", "--scope", "c")
    answer = deployed.ask(party)
    deployed.tokens.append(answer.json()["access_token"])
    assert answer.json()["scope"] == "b c"


def test_keys_over_standard_input(tokenctl: Operator, new_client: NewClient) -> None:
    """`set-jwks ID -` is for pipes."""
    party = new_client()
    _, jwk = new_key("ES256")
    shown = tokenctl(
        "clients", "set-jwks", party.id, "-", stdin=json.dumps({"keys": [json.loads(jwk)]})
    )
    assert (shown["secrets"], shown["jwks"][0]["kty"]) == ([], "EC")
