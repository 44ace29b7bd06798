"""Integrations before the real authorizer: signed with OAuth 1.0a, or by their token alone."""

import json
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, Client
from token_service.domain.integrations import IntegrationAdministration
from token_service.runtime.environment import dynamodb
from token_service.runtime.issue import IssueVariables
from token_service.runtime.sealing import sealer
from token_service.runtime.signing import mint as runtime_mint
from token_service.settings import load
from token_service.store.integrations import DynamoIntegrations
from token_service.system import now, pause

from tests.functions.deployment import Deployment, load_event

HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
WEBSITES = "/rest/V1/store/websites"


@dataclass(frozen=True)
class Warehouse:
    """An integration that may read the store's websites, and how to call as it."""

    deployment: Deployment
    administration: IntegrationAdministration
    key: str
    secret: str
    token: str
    token_secret: str

    def sign(
        self, method: str = SIGNATURE_HMAC_SHA256, url: str = f"https://{HOST}{WEBSITES}"
    ) -> str:
        """An Authorization header for reading this URL."""
        client = Client(
            self.key,
            client_secret=self.secret,
            resource_owner_key=self.token,
            resource_owner_secret=self.token_secret,
            signature_method=method,
        )
        return str(client.sign(url)[1]["Authorization"])

    def call(self, authorization: str, path: str = WEBSITES) -> str:
        """The authorizer's verdict."""
        text = json.dumps(load_event("authorizer/http_v2")).replace("/v2/products", path)
        event: dict[str, Any] = json.loads(text)
        event["headers"]["authorization"] = authorization
        return str(self.deployment.invoke("authorizer", event)["context"]["verdict"])


@pytest.fixture
def warehouse(deployment: Deployment, aws_environment: None) -> Warehouse:  # noqa: ARG001 - set up first
    """An active integration, made as tokenctl makes it."""
    deployment.become("issue")
    mint = runtime_mint(load(IssueVariables))
    administration = IntegrationAdministration(
        registry=DynamoIntegrations(dynamodb(), "ClientsTable", pause),
        mint=mint,
        sealer=sealer("SealingSecret"),
        now=now,
        random=token_bytes,
    )
    consumer = administration.create("Warehouse", ("Magento_Backend::store",))
    access = administration.activate("Warehouse")
    secrets = (consumer.consumer_secret, access.access_token, access.access_token_secret)
    deployment.hidden.extend(secrets)
    deployment.printed.clear()
    return Warehouse(deployment, administration, consumer.integration.consumer_key, *secrets)


def test_a_signed_call_is_let_in_once(warehouse: Warehouse) -> None:
    """The signature is right for this request, and counts once; the log names the integration."""
    header = warehouse.sign()
    assert warehouse.call(header) == "allowed"
    assert warehouse.call(header) == "unauthenticated"
    assert warehouse.call(warehouse.sign()) == "allowed"
    first, *_ = warehouse.deployment.logs
    assert first["client_id"].startswith("integration:")


@pytest.mark.parametrize("url", [f"https://{HOST}/rest/V1/store", f"http://{HOST}{WEBSITES}"])
def test_a_signature_is_for_its_own_request(warehouse: Warehouse, url: str) -> None:
    """Signed for another address it opens nothing."""
    assert warehouse.call(warehouse.sign(url=url)) == "unauthenticated"


def test_an_integration_may_only_what_it_was_granted(warehouse: Warehouse) -> None:
    """Other resources are refused although the signature is right."""
    header = warehouse.sign(url=f"https://{HOST}/rest/V1/customers/7")
    assert warehouse.call(header, "/rest/V1/customers/7") == "insufficient"


@pytest.mark.parametrize(
    ("parameter", "verdict"), [("true", "allowed"), ("false", "unauthenticated")]
)
def test_old_signatures_are_a_parameter(warehouse: Warehouse, parameter: str, verdict: str) -> None:
    """HMAC-SHA1 is accepted only where the operator says so."""
    warehouse.deployment.values["OAUTH1_ALLOW_SHA1"] = parameter
    assert warehouse.call(warehouse.sign(SIGNATURE_HMAC_SHA1)) == verdict


@pytest.mark.parametrize(
    ("parameter", "verdict"), [("true", "allowed"), ("false", "unauthenticated")]
)
def test_unsigned_tokens_are_a_parameter(
    warehouse: Warehouse, parameter: str, verdict: str
) -> None:
    """The token alone works only where the operator says so; signing always does."""
    warehouse.deployment.values["INTEGRATION_BEARER"] = parameter
    assert warehouse.call(f"Bearer {warehouse.token}") == verdict
    assert warehouse.call(warehouse.sign()) == "allowed"


def test_a_deactivated_integration_is_out(warehouse: Warehouse) -> None:
    """At the next call, however it comes."""
    warehouse.administration.deactivate("Warehouse")
    assert warehouse.call(f"Bearer {warehouse.token}") == "unauthenticated"
    assert warehouse.call(warehouse.sign()) == "unauthenticated"


def test_a_client_s_token_costs_no_sealing_key(warehouse: Warehouse) -> None:
    """The secret is read when the first signed request arrives, and not before."""
    warehouse.deployment.values["SEALING_SECRET"] = "no-such-secret"
    assert warehouse.call(f"Bearer {warehouse.deployment.issue()}", "/v2/products") == "allowed"
