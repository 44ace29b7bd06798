"""Enforcing the authorizer's verdict in a backend, in the dialect's words."""

from typing import Any

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.wire import simple_store, standard
from token_service.wire.elastic_path.dialect import ElasticPath
from token_service.wire.enforce import Caller, enforce
from token_service.wire.http import Request, Response
from token_service.wire.magento.dialect import Magento

from tests.service import ISSUER
from tests.wire.api import body_of

BOUND = f'DPoP algs="{" ".join(SigningAlgorithm)}"'
REQUEST = Request("GET", "/v2/products")
FOUND = {
    "active": "true",
    "kind": "client",
    "client_id": "demo-client",
    "subject": "demo-client",
    "grant": "client_credentials",
    "access": "full",
    "scope": "orders:read",
    "expires_at": "1800003600",
}


def event(**context: object) -> dict[str, Any]:
    """An HTTP API event as an authorizer left it."""
    return {"requestContext": {"authorizer": {"lambda": FOUND | context}}}


def test_allowed() -> None:
    """The caller is who the authorizer says."""
    caller = enforce(event(verdict="allowed"), REQUEST, ElasticPath())
    assert caller == Caller(
        "client", "demo-client", "demo-client", "client_credentials", "full", "orders:read"
    )


@pytest.mark.parametrize(
    ("found", "status", "title"),
    [
        (event(verdict="unauthenticated"), 401, "Unable to validate access token"),
        (event(verdict="insufficient"), 403, "Forbidden"),
        (event(), 401, "Unable to validate access token"),
        (event(verdict=True), 401, "Unable to validate access token"),
        (event(verdict="ALLOWED"), 401, "Unable to validate access token"),
        ({}, 401, "Unable to validate access token"),
        ({"requestContext": None}, 401, "Unable to validate access token"),
        ({"requestContext": {}}, 401, "Unable to validate access token"),
        ({"requestContext": {"authorizer": None}}, 401, "Unable to validate access token"),
        ({"requestContext": {"authorizer": {}}}, 401, "Unable to validate access token"),
        (
            {"requestContext": {"authorizer": {"lambda": None}}},
            401,
            "Unable to validate access token",
        ),
        (
            {"requestContext": {"authorizer": {"jwt": {"claims": FOUND}}}},
            401,
            "Unable to validate access token",
        ),
    ],
)
def test_refused(found: dict[str, Any], status: int, title: str) -> None:
    """Without an allowing verdict nobody is let in: bad token 401, missing rights 403."""
    refusal = enforce(found, REQUEST, ElasticPath())
    assert isinstance(refusal, Response)
    assert refusal.status == status
    assert body_of(refusal) == {"errors": [{"status": str(status), "title": title}]}
    assert refusal.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("verdict", ["unauthenticated", "insufficient"])
@pytest.mark.parametrize("required", ["self", "Magento_Customer::manage"])
def test_magento_s_words(verdict: str, required: str) -> None:
    """Magento says 401 to both, and what it would have taken as a parameter.

    docs/platforms/magento.md, 6.3.
    """
    request = Request("POST", "/rest/V1/customers/7")
    refusal = enforce(event(verdict=verdict, required=required), request, Magento())
    assert isinstance(refusal, Response)
    assert refusal.status == 401
    assert body_of(refusal) == {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": required},
    }


def test_simple_store_s_words() -> None:
    """Its backends say 401 with a challenge, and 403, each with one member."""
    dialect = simple_store.dialect(ISSUER)
    nobody = enforce(event(verdict="unauthenticated"), REQUEST, dialect)
    reader = enforce(event(verdict="insufficient"), REQUEST, dialect)
    assert isinstance(nobody, Response)
    assert isinstance(reader, Response)
    assert (nobody.status, body_of(nobody)) == (401, {"error": "invalid_token"})
    both = f'Bearer realm="{ISSUER}", {BOUND}'
    assert nobody.headers["www-authenticate"] == both
    assert (reader.status, body_of(reader)) == (403, {"error": "insufficient_scope"})
    assert "www-authenticate" not in reader.headers


@pytest.mark.parametrize(
    ("verdict", "token", "status", "error"),
    [
        ("unauthenticated", "", 401, None),
        ("unauthenticated", "Bearer dead", 401, "invalid_token"),
        ("insufficient", "Bearer weak", 403, "insufficient_scope"),
    ],
)
def test_standard_words(verdict: str, token: str, status: int, error: str | None) -> None:
    """Challenges as RFC 6750 section 3 has them: no error without credentials (item 74)."""
    request = Request("GET", "/orders", {"authorization": token} if token else {})
    refusal = enforce(event(verdict=verdict), request, standard.dialect(ISSUER))
    assert isinstance(refusal, Response)
    assert refusal.status == status
    attribute = f', error="{error}"' if error else ""
    bearer = f'Bearer realm="{ISSUER}"{attribute}'
    assert refusal.headers["www-authenticate"] == f"{bearer}, {BOUND}"
    assert refusal.body == (f'{{"error":"{error}"}}' if error else "")
