"""Bound tokens before the real authorizer, with every gateway's events (RFC 9449 section 7)."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.runtime.proofs import nonce_seed
from token_service.runtime.rotation import make_nonce_seed
from token_service.system import now
from token_service.wire import standard
from token_service.wire.elastic_path.dialect import ElasticPath
from token_service.wire.enforce import enforce
from token_service.wire.http import Request, Response

from tests.functions.deployment import ISSUER, Deployment, Event, load_event
from tests.functions.iam import allows
from tests.prover import Prover
from tests.wire.demo_clients import CLIENT, OTHER, OTHER_SECRET

HTTP = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
# Where each event's request went, as its client sees it.
ADDRESSES = {
    "http_v2": f"{HTTP}/v2/products",
    "http_v1": "https://api.example/v2/products",
    "rest_request": "https://api.example/example/whoami/by-request",
    "websocket_connect": "https://api.example/live",
    "direct": "https://shop.example/v2/products",
}
WITHOUT_PROOFS = ("rest_token", "appsync")
POLICIES = ("http_v1", "rest_request", "rest_token", "websocket_connect")
ALGORITHMS = " ".join(SigningAlgorithm)


@dataclass
class Caller:
    """A client with a bound token, and how it calls through each gateway."""

    deployment: Deployment
    prover: Prover = field(default_factory=lambda: Prover(now))
    token: str = ""

    def issue(self, prover: Prover | None = None) -> str:
        """A token for the key."""
        event = load_event("issue/standard")
        proof = (prover or self.prover).prove("POST", f"{ISSUER}/oauth2/token")
        event["headers"]["dpop"] = proof
        answer = self.deployment.invoke("issue", event)
        body = json.loads(answer["body"])
        assert body["token_type"] == "DPoP"
        self.deployment.hidden.extend((body["access_token"], proof))
        token: str = body["access_token"]
        return token

    def prove(self, kind: str, token: str | None = None, **claims: Any) -> str:  # noqa: ANN401 - right or wrong
        """A proof for an event's request."""
        return self.prover.prove("GET", ADDRESSES[kind], token or self.token, **claims)

    def event(
        self, kind: str, proof: str | None, token: str | None = None, scheme: str = "DPoP"
    ) -> Event:
        """An event that brings the token, and a proof where its gateway passes one on."""
        text = json.dumps(load_event(f"authorizer/{kind}")).replace("Bearer REPLACE", "REPLACE")
        authorization = f"{scheme} {token or self.token}"
        event: Event = json.loads(text.replace("REPLACE-WITH-A-TOKEN", authorization))
        if proof is None or kind in WITHOUT_PROOFS:
            return event
        if kind == "direct":
            return event | {"dpop": proof, "url": ADDRESSES[kind]}
        event["headers"]["dpop" if kind.startswith("http_v2") else "DPoP"] = proof
        if "multiValueHeaders" in event:
            event["multiValueHeaders"]["DPoP"] = [proof]
        if kind == "http_v1":
            # Else the gateway might reuse the answer, and shows that it might.
            event["identitySource"] = f"{authorization},{proof}"
        return event

    def ask(self, event: Event) -> dict[str, Any]:
        """The context of the answer; allowed if and only if the verdict says so."""
        answer = self.deployment.invoke("authorizer", event)
        context: dict[str, Any] = answer.get("context") or answer["resolverContext"]
        if "policyDocument" in answer:
            opens = allows(answer["policyDocument"], event["methodArn"])
            assert opens is (context["verdict"] == "allowed")
        elif event.get("identitySource", "") is not None:
            assert answer["isAuthorized"] is (context["verdict"] == "allowed")
        assert all(isinstance(value, str) for value in context.values())
        return context

    def complaint(self, event: Event) -> str:
        """The error code of the challenge."""
        context = self.ask(event)
        assert context["verdict"] == "unauthenticated"
        challenge: str = context["www_authenticate"]
        assert challenge.startswith('DPoP error="')
        assert challenge.endswith(f', algs="{ALGORITHMS}"')
        return challenge.split('"')[1]


@pytest.fixture
def caller(either_deployment: Deployment) -> Caller:
    """Holds a bound token."""
    made = Caller(either_deployment)
    made.token = made.issue()
    return made


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_proof_opens_once(caller: Caller, kind: str) -> None:
    """The same proof again is a replay, another one is not, and the scheme has no case."""
    proof = caller.prove(kind)
    context = caller.ask(caller.event(kind, proof))
    assert (context["verdict"], context["client_id"]) == ("allowed", CLIENT)
    assert "www_authenticate" not in context
    assert caller.complaint(caller.event(kind, proof)) == "invalid_dpop_proof"
    again = caller.event(kind, caller.prove(kind), scheme="dpop")
    assert caller.ask(again)["verdict"] == "allowed"


@pytest.mark.parametrize("kind", [*ADDRESSES, *WITHOUT_PROOFS])
def test_no_way_down_to_bearer(caller: Caller, kind: str) -> None:
    """A bound token as a bearer token opens nothing, with or without a proof beside it."""
    for proof in (None, caller.prove(kind) if kind in ADDRESSES else None):
        event = caller.event(kind, proof, scheme="Bearer")
        assert caller.complaint(event) == "invalid_token"
    bare = json.loads(json.dumps(caller.event(kind, None)).replace("DPoP ", ""))
    if kind != "direct":
        assert caller.complaint(bare) == "invalid_token"


@pytest.mark.parametrize("kind", [*ADDRESSES, *WITHOUT_PROOFS])
def test_no_proof(caller: Caller, kind: str) -> None:
    """The token alone is not enough, and where no proof can be brought it never is."""
    assert caller.complaint(caller.event(kind, None)) == "invalid_dpop_proof"


@pytest.mark.parametrize("kind", ADDRESSES)
def test_an_unbound_token_under_the_scheme(caller: Caller, kind: str) -> None:
    """A token bound to no key, or to another's, is no more with a proof (RFC 9449 section 7.1)."""
    for token in (caller.deployment.issue(), caller.issue(Prover(now))):
        event = caller.event(kind, caller.prove(kind, token), token)
        assert caller.complaint(event) == "invalid_token"


@pytest.mark.parametrize("kind", ADDRESSES)
def test_proofs_for_other_requests(caller: Caller, kind: str) -> None:
    """Another method, address, token or minute; and none of these uses anything up."""
    url = ADDRESSES[kind]
    wrong = (
        caller.prover.prove("POST", url, caller.token),
        caller.prover.prove("GET", f"{url}/7", caller.token),
        caller.prover.prove("GET", url.replace("https", "http"), caller.token),
        caller.prover.prove("GET", url, "another.token"),
        caller.prover.prove("GET", url),
        caller.prove(kind, iat=now() - 301),
        "nonsense",
        "",
    )
    for proof in wrong:
        assert caller.complaint(caller.event(kind, proof)) == "invalid_dpop_proof"
    assert caller.ask(caller.event(kind, caller.prove(kind)))["verdict"] == "allowed"


def test_a_repeated_header(caller: Caller) -> None:
    """Joined by a comma, or as a list beside the last of them, two proofs are none."""
    for kind in ("http_v2", "rest_request"):
        first, second = caller.prove(kind), caller.prove(kind)
        event = caller.event(kind, second)
        if kind == "http_v2":
            event["headers"]["dpop"] = f"{first},{second}"
        else:
            event["multiValueHeaders"]["DPoP"] = [first, second]
        assert caller.complaint(event) == "invalid_dpop_proof"


def test_dead_tokens(caller: Caller) -> None:
    """A right proof does not bring a token back to life."""
    caller.deployment.invoke("revoke", load_event("revoke/standard", caller.token))
    assert caller.complaint(caller.event("http_v2", caller.prove("http_v2"))) == "invalid_token"


def test_opaque_tokens(caller: Caller) -> None:
    """An opaque token is bound by its record alone."""
    event = load_event("issue/standard_body")
    fields = f"grant_type=client_credentials&client_id={OTHER}&client_secret={OTHER_SECRET}"
    event["body"] = b64encode(fields.encode()).decode()
    event["headers"]["dpop"] = caller.prover.prove("POST", f"{ISSUER}/oauth2/token")
    token = json.loads(caller.deployment.invoke("issue", event)["body"])["access_token"]
    caller.deployment.hidden.append(token)
    assert "." not in token
    event = caller.event("http_v2", caller.prove("http_v2", token), token)
    assert caller.ask(event)["verdict"] == "allowed"
    assert caller.complaint(caller.event("http_v2", None, token, "Bearer")) == "invalid_token"


def test_a_gateway_that_may_reuse_the_answer(caller: Caller) -> None:
    """An identity source without the proof would let the next call in without one."""
    proof = caller.prove("http_v2")
    event = caller.event("http_v2", proof)
    authorization = event["headers"]["authorization"]
    cached = event | {"identitySource": [authorization, "GET /v2/products"]}
    assert caller.complaint(cached) == "invalid_dpop_proof"
    assert "reuse" in caller.deployment.logs[-1]["reason"]
    assert caller.ask(event | {"identitySource": [authorization, proof]})["verdict"] == "allowed"
    one = caller.event("http_v1", caller.prove("http_v1")) | {"identitySource": authorization}
    assert caller.complaint(one) == "invalid_dpop_proof"


def test_a_policy_opens_one_address(caller: Caller) -> None:
    """What a proof for one method of one path opened, opens no other while it is cached."""
    event = caller.event("rest_request", caller.prove("rest_request"))
    policy = caller.deployment.invoke("authorizer", event)["policyDocument"]
    arn = event["methodArn"]
    assert allows(policy, arn)
    stage = "/".join(arn.split("/")[:2])
    for other in (
        "GET/whoami",
        "POST/whoami/by-request",
        "GET/v2/products",
        "GET/whoami/by-request/x",
    ):
        assert not allows(policy, f"{stage}/{other}")


@pytest.mark.parametrize("path", ["v2/*", "v2/??", "v2/${x}", "v2/../x", "*"])
def test_a_policy_means_no_more_than_its_path(caller: Caller, path: str) -> None:
    """What IAM would read as a pattern is not opened, though the caller may call it."""
    event = caller.event("rest_request", caller.prove("rest_request"))
    event["methodArn"] = event["methodArn"].replace("whoami/by-request", path)
    answer = caller.deployment.invoke("authorizer", event)
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"


def test_nonces(caller: Caller) -> None:
    """Where they are required, a refusal has one that both functions take (RFC 9449 section 9)."""
    caller.deployment.values["DPOP_NONCES"] = "required"
    event = load_event("issue/standard")
    url = f"{ISSUER}/oauth2/token"
    event["headers"]["dpop"] = caller.prover.prove("POST", url)
    refused = caller.deployment.invoke("issue", event)
    assert (refused["statusCode"], json.loads(refused["body"])["error"]) == (400, "use_dpop_nonce")
    told = caller.ask(caller.event("http_v2", caller.prove("http_v2")))
    assert told["www_authenticate"].startswith('DPoP error="use_dpop_nonce"')
    assert told["dpop_nonce"] == refused["headers"]["dpop-nonce"]
    caller.prover.nonce = told["dpop_nonce"]
    assert caller.issue()
    served = caller.ask(caller.event("http_v2", caller.prove("http_v2")))
    assert (served["verdict"], served["dpop_nonce"]) == ("allowed", told["dpop_nonce"])


def test_a_parameter_that_is_none(caller: Caller) -> None:
    """A wrong word is found at the first event, not taken for off."""
    caller.deployment.values["DPOP_NONCES"] = "on"
    with pytest.raises(ValueError, match="DPOP_NONCES"):
        caller.deployment.invoke("authorizer", caller.event("http_v2", None))


def test_the_seed_is_made_once(caller: Caller) -> None:
    """Another run of the function that makes it changes nothing, and it lies beside the keys."""
    caller.deployment.become("rotate_keys")
    before = nonce_seed("ClientsTable").load()
    make_nonce_seed()
    assert nonce_seed("ClientsTable").load() == before
    assert len(before) == 32


@pytest.mark.parametrize("dialect", [standard.dialect(ISSUER), ElasticPath()])
def test_backends_pass_the_challenge_on(caller: Caller, dialect: Any) -> None:  # noqa: ANN401 - two dialects
    """In whatever words a backend refuses, a caller that used DPoP is told what was wrong."""
    caller.deployment.values["DPOP_NONCES"] = "required"
    context = caller.ask(caller.event("http_v2", caller.prove("http_v2")))
    event = {"requestContext": {"authorizer": {"lambda": context}}}
    refusal = enforce(event, Request("GET", "/v2/products"), dialect)
    assert isinstance(refusal, Response)
    assert refusal.status == 401
    assert refusal.headers["www-authenticate"] == context["www_authenticate"]
    assert refusal.headers["dpop-nonce"] == context["dpop_nonce"]
    assert refusal.headers["cache-control"] == "no-store"
