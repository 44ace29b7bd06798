"""Bound tokens with a client library that people use, requests-oauth2client (RFC 9449)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
import pytest
from requests_oauth2client import DPoPKey, DPoPToken, MissingDPoPNonce, OAuth2Client

from local.stack import LocalStack
from tests.e2e.deployed import KINDS, SECONDS, Deployed, NewClient, Party

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import EnvironmentTypeDef

pytestmark = pytest.mark.usefixtures("insecure_transport")
REPLAY = {"errors": [{"status": "401", "title": "Unable to validate access token"}]}


def oauth2_client(deployed: Deployed, party: Party, path: str = "/oauth2/token") -> OAuth2Client:
    """The library, set up as its documents say."""
    return OAuth2Client(
        session=deployed.http,
        token_endpoint=deployed.url + path,
        client_id=party.id,
        client_secret=party.secret,
        testing=True,  # lets it speak HTTP
    )


def bound_token(client: OAuth2Client) -> DPoPToken:
    """A token for a key that the library makes."""
    token = client.client_credentials(dpop=True)
    assert isinstance(token, DPoPToken)
    return token


@pytest.mark.parametrize("path", ["/oauth2/token", "/connect/token"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_bound_token_s_life(
    deployed: Deployed, new_client: NewClient, path: str, kind: tuple[str, ...]
) -> None:
    """Issued for a key, told by introspection, good with proofs of that key, and with no others."""
    party = new_client("--dpop-bound", *kind)
    token = bound_token(oauth2_client(deployed, party, path))
    value = str(token.access_token)
    deployed.tokens.append(value)
    told = deployed.introspect(value)
    assert told["token_type"] == "DPoP"
    assert told["cnf"] == {"jkt": token.dpop_key.dpop_jkt}

    products = f"{deployed.url}/v2/products"
    for method, status in (("GET", 200), ("POST", 201)):
        called = deployed.http.request(method, products, auth=token, timeout=SECONDS)
        assert (called.status_code, called.json()["meta"]["caller"]["client_id"]) == (
            status,
            party.id,
        )
    sent = {name: called.request.headers[name] for name in ("Authorization", "DPoP")}
    replayed = deployed.http.post(products, headers=sent, timeout=SECONDS)
    assert (replayed.status_code, replayed.json()) == (401, REPLAY)
    assert 'error="invalid_dpop_proof"' in replayed.headers["www-authenticate"]

    stolen = deployed.get("/v2/products", value)
    assert stolen.status_code == 401
    assert 'DPoP error="invalid_token"' in stolen.headers["www-authenticate"]
    other = DPoPToken(value, _dpop_key=DPoPKey.generate())
    with pytest.raises(MissingDPoPNonce) as refusal:  # what the library takes any challenge for
        deployed.http.get(products, auth=other, timeout=SECONDS)
    refusal.value.response.close()
    assert 'error="invalid_token"' in refusal.value.response.headers["www-authenticate"]


def test_a_client_that_must_bind(deployed: Deployed, new_client: NewClient) -> None:
    """Without a proof it gets a token from no endpoint."""
    party = new_client("--dpop-bound")
    for dialect in ("standard", "simple_store", "elastic_path"):
        assert deployed.ask(party, dialect).status_code == 400


def test_the_gateway_that_refuses_by_itself(deployed: Deployed, new_client: NewClient) -> None:
    """Behind an identity source without the proof a bound token opens nothing."""
    token = bound_token(oauth2_client(deployed, new_client()))
    answer = deployed.http.get(f"{deployed.url}/example/whoami", auth=token, timeout=SECONDS)
    assert answer.status_code == 403


def test_nonces(
    deployed: Deployed, stack: LocalStack, aws: boto3.Session, new_client: NewClient
) -> None:
    """Where they are required the library fetches one at both places, and goes on by itself."""
    client = oauth2_client(deployed, new_client())
    with nonces_required(stack, aws):
        token = bound_token(client)
        answer = deployed.http.get(f"{deployed.url}/v2/products", auth=token, timeout=SECONDS)
        assert answer.status_code == 200
        assert token.dpop_key.as_nonce
        assert token.dpop_key.rs_nonce


@contextmanager
def nonces_required(stack: LocalStack, aws: boto3.Session) -> Iterator[None]:
    """The deploy parameter, set on the two functions that it reaches."""
    functions = aws.client("lambda", endpoint_url=stack.endpoint_url)
    found = {
        f["FunctionName"]: dict(f["Environment"]["Variables"])
        for page in functions.get_paginator("list_functions").paginate()
        for f in page["Functions"]
        if "DPOP_NONCES" in f["Environment"]["Variables"]
    }
    assert len(found) == 2

    def choose(value: str) -> None:
        for name, former in found.items():
            environment: EnvironmentTypeDef = {"Variables": former | {"DPOP_NONCES": value}}
            functions.update_function_configuration(FunctionName=name, Environment=environment)
            # Callers come through the alias, and a version keeps what it was published with.
            version = functions.publish_version(FunctionName=name)["Version"]
            functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)

    try:
        choose("required")
        yield
    finally:
        choose("off")
