"""The authorizer as another Lambda calls it."""

import json
import re

import pytest

from tests.functions.deployment import EVENTS, Deployment, load_event


@pytest.mark.parametrize("header", ["Bearer", "bearer {}", "{}", "Bearer  {}", "Basic {}"])
def test_direct_takes_a_header_or_a_bare_token(deployment: Deployment, header: str) -> None:
    """Other Lambdas may hand over the header as it came (item 77)."""
    event = load_event("authorizer/direct") | {"token": header.format(deployment.issue())}
    answer = deployment.invoke("authorizer", event)
    assert answer["isAuthorized"] is (header in ("bearer {}", "{}"))


def test_documented_direct_invocation(deployment: Deployment) -> None:
    """The event and the answer in events/README.md are what is sent and what comes back."""
    text = (EVENTS / "README.md").read_text(encoding="utf-8")
    event, answer = map(json.loads, re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    assert event == load_event("authorizer/direct")
    found = deployment.invoke("authorizer", event | {"token": deployment.issue("elastic_path")})
    answer["context"]["expires_at"] = found["context"]["expires_at"]
    assert found == answer


@pytest.mark.parametrize(
    "path", ["/v2/../admin", "/v2//x", "/v2/%2e%2e/x", "/v2/a%2Fb", "/v2/a\\b", "", "v2/products"]
)
def test_ambiguous_paths(deployment: Deployment, path: str) -> None:
    """A path that a backend may read as another is denied, also to a full token."""
    event = load_event("authorizer/direct", deployment.issue()) | {"path": path}
    assert deployment.invoke("authorizer", event)["isAuthorized"] is False


@pytest.mark.parametrize("member", ["token", "method", "path", "url", "dpop", "customer_token"])
def test_a_direct_event_of_wrong_types_is_denied(deployment: Deployment, member: str) -> None:
    """The log names the member, and not what was sent in it."""
    event = load_event("authorizer/direct", deployment.issue()) | {
        member: {"secret": 4711},
        "unknown": 5,
    }
    answer = deployment.invoke("authorizer", event)
    assert answer["isAuthorized"] is False
    assert answer["context"]["verdict"] == "unauthenticated"
    assert deployment.logs[-1]["reason"] == f"{member}: Input should be a valid string"
    assert "4711" not in "".join(deployment.printed)
