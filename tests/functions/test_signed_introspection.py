"""Signed introspection as deployed: only where a parameter gives the function the key (item 67)."""

import json
import os

from tests.functions.deployment import Deployment, load_event

SIGNED = "application/token-introspection+jwt"


def ask(deployment: Deployment, token: str) -> tuple[str, str]:
    """Content type and body of the answer to a resource server that wants it signed."""
    event = load_event("introspect/standard", token)
    event["headers"]["accept"] = SIGNED
    answer = deployment.invoke("introspect", event)
    assert answer["statusCode"] == 200
    return answer["headers"]["content-type"], answer["body"]


def metadata(deployment: Deployment) -> dict[str, object]:
    """What the deployment says of itself."""
    answer = deployment.invoke("discovery", load_event("discovery/server_metadata"))
    document: dict[str, object] = json.loads(answer["body"])
    return document


def test_signs_with_the_key_it_was_given(deployment: Deployment) -> None:
    """The answer is signed, the metadata says so, and no authorizer takes it for a token."""
    deployment.values["SIGNED_INTROSPECTION"] = "true"
    content_type, answer = ask(deployment, deployment.issue())
    assert content_type == SIGNED
    assert answer.count(".") == 2
    assert metadata(deployment)["introspection_signing_alg_values_supported"] == ["ES256"]
    told = deployment.invoke("authorizer", load_event("authorizer/direct", answer))
    assert (told["isAuthorized"], told["context"]["active"]) == (False, "false")


def test_knows_no_key_otherwise(deployment: Deployment) -> None:
    """Without the parameter the function is not even told of the secret, and answers in JSON."""
    content_type, answer = ask(deployment, deployment.issue())
    assert "SIGNING_SECRET" not in os.environ
    assert content_type == "application/json"
    assert json.loads(answer)["active"]
    assert "introspection_signing_alg_values_supported" not in metadata(deployment)
