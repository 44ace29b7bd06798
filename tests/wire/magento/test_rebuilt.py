"""What Magento's own tests assert of tokens, rebuilt in our own words.

See docs/platforms/magento.md, 7. Each test is named after
Magento's; what is not here is named in the last lines.
"""

import json
from collections.abc import Callable

import pytest
from token_service.domain.grants import TokenFormat
from token_service.domain.login import LoginSettings
from token_service.domain.owners import OwnerKind
from token_service.wire.http import Response

from tests.service import Service
from tests.wire.magento.envelopes import PATH as SOAP_PATH
from tests.wire.magento.envelopes import QUERY, envelope, fault_of, fields, result_of
from tests.wire.magento.envelopes import REVOKE as SOAP_REVOKE
from tests.wire.magento.signer import Integration
from tests.wire.magento.world import (
    ADMIN,
    ADMIN_PASSWORD,
    ADMIN_TOKEN,
    CUSTOMER,
    CUSTOMER_PASSWORD,
    CUSTOMER_TOKEN,
    REVOKE,
    SIGN_IN,
    World,
    denied,
    missing,
    token_of,
    told,
)

CONFIGS, ME = "/rest/V1/store/storeConfigs", "/rest/V1/customers/me"
STORE = "Magento_Backend::store"
WHO = {
    "AdminTokenServiceTest": (ADMIN_TOKEN, ADMIN, ADMIN_PASSWORD, OwnerKind.ADMIN),
    "CustomerTokenServiceTest": (CUSTOMER_TOKEN, CUSTOMER, CUSTOMER_PASSWORD, OwnerKind.CUSTOMER),
}
both = pytest.mark.parametrize("who", WHO.values(), ids=WHO)
type Who = tuple[str, str, str, OwnerKind]


def refusal(world: World, path: str, token: str | None) -> object:
    """Status and body of a call that is refused."""
    found = world.call("GET", path, token)
    assert isinstance(found, Response)
    return told(found)


@both
@pytest.mark.parametrize("store", ["", "default/", "all/"])
def test_create_access_token(world: World, who: Who, store: str) -> None:
    """testCreate...AccessToken: a valid login gives a token that resolves to that very account."""
    path, name, password, kind = who
    token = token_of(world.log_in(path.replace("/V1", f"/{store}V1"), name, password))
    active = world.service.validator.validate(token)
    assert active is not None
    assert active.owner == world.accounts.show(kind, name)


def test_create_customer_access_token_after_a_failure(world: World) -> None:
    """testCreateCustomerAccessToken: a failure counts one, a success sets it back to nothing."""
    world.log_in(password="wrong")
    assert [failures for failures, _ in world.service.failures.by_key.values()] == [1]
    assert world.log_in().status == 200
    assert not world.service.failures.by_key


@both
@pytest.mark.parametrize("value", ["", None])
def test_empty_or_null_credentials(world: World, who: Who, value: str | None) -> None:
    """test...EmptyOrNullCredentials: 400, with both fields named."""
    answer = world.post(who[0], json.dumps({"username": value, "password": value}))
    assert told(answer) == (400, missing("username", "password"))


@both
@pytest.mark.parametrize("name", ["invalid", None])
def test_invalid_credentials(world: World, who: Who, name: str | None) -> None:
    """test...InvalidCredentials, testCreateCustomerAccessTokenInvalidCustomer: only a message."""
    answer = world.log_in(who[0], name or who[1], "invalid")
    assert told(answer) == (401, {"message": SIGN_IN})


def test_use_admin_access_token_inactive_admin(world: World) -> None:
    """testUseAdminAccessTokenInactiveAdmin: the token works, then the admin is made inactive."""
    token = world.new_admin("admin2", STORE)
    assert world.opens(CONFIGS, token)
    world.accounts.set_enabled(OwnerKind.ADMIN, "admin2", enabled=False)
    assert refusal(world, CONFIGS, token) == (401, denied(STORE))


@both
def test_throttling_max_attempts(world: World, who: Who) -> None:
    """testThrottlingMaxAttempts: five failures, and then the right password."""
    path, name, password, _ = who
    for _ in range(5):
        assert told(world.log_in(path, name, "invalid")) == (401, {"message": SIGN_IN})
    assert token_of(world.log_in(path, name, password))


@both
def test_throttling_account_lockout(world: World, who: Who) -> None:
    """testThrottlingAccountLockout: six failures, and the right password is refused alike."""
    path, name, password, _ = who
    for _ in range(6):
        assert told(world.log_in(path, name, "invalid")) == (401, {"message": SIGN_IN})
    assert told(world.log_in(path, name, password)) == (401, {"message": SIGN_IN})


def test_integration_calls(integration: Integration) -> None:
    """IntegrationTest::testGetServiceCall: a call that the integration has signed works."""
    assert integration.gets_in(integration.sign())


def test_disabled_integration_is_denied(integration: Integration) -> None:
    """CoreRoutingTest::testDisabledIntegrationAuthorizationException: signed or as a Bearer."""
    integration.world.service.integrations.deactivate("Warehouse")
    assert not integration.gets_in(integration.sign())
    assert not integration.world.opens(CONFIGS, integration.token)


def by_rest(world: World, token: str | None) -> bool:
    """Revoke over REST."""
    return told(world.send("POST", REVOKE, token=token)) == (200, True)


def by_soap(world: World, token: str | None) -> bool:
    """Revoke over SOAP, with Magento's customer id of 0."""
    body = envelope(SOAP_REVOKE, fields(customerId="0"))
    answer = world.send("POST", SOAP_PATH, body, query=QUERY, token=token)
    return "Fault" not in answer.body and result_of(answer, SOAP_REVOKE) == "true"


@pytest.mark.parametrize("revoke", [by_rest, by_soap])
@pytest.mark.parametrize("form", TokenFormat)
def test_revoke_customer_token(
    revoke: Callable[[World, str | None], bool], form: TokenFormat
) -> None:
    """AccountManagementRevokeCustomerTokenTest: true with a token, an error for a guest."""
    world = World(Service(login_settings=LoginSettings(form=form)))
    token = world.customer_token()
    assert not revoke(world, None)
    assert revoke(world, token)
    assert not revoke(world, token)
    assert world.opens(ME, world.customer_token())


def test_customer_data(world: World) -> None:
    """AccountManagementMeTest::testGetCustomerData: the token leads to its own customer."""
    found = world.call("GET", ME, world.customer_token())
    account = world.accounts.show(OwnerKind.CUSTOMER, CUSTOMER)
    assert getattr(found, "subject", None) == f"customer:{account.id}"


@pytest.mark.parametrize("path", [ADMIN_TOKEN, CUSTOMER_TOKEN])
def test_request_with_an_empty_body(world: World, path: str) -> None:
    """DeserializationTest::test...RequestWithEmptyBody: the fields are required, status 400."""
    assert told(world.send("POST", path)) == (400, missing("username", "password"))


def test_rest_errors(world: World) -> None:
    """RestErrorHandlingTest: a success, 404, and 401 with the resources as a parameter."""
    assert world.log_in().status == 200
    assert world.send("GET", "/rest/V1/errortest/notfound").status == 404
    assert refusal(world, CONFIGS, None) == (401, denied(STORE))


@pytest.mark.parametrize(
    "body", ['"a"', "1", "[]", "null", '{"username":{}}', '{"username":[["a"]]}', "{{", "\0"]
)
def test_malformed_requests(world: World, body: str) -> None:
    """MalformedRequestErrorHandlingTest: malformed input is the client's error, never 500."""
    assert world.post(CUSTOMER_TOKEN, body).status == 400


def test_soap_errors(world: World) -> None:
    """SoapErrorHandlingTest: a caller's error is the sender's; several are wrapped."""
    create = "integrationAdminTokenServiceV1CreateAdminAccessToken"
    refused = world.send("POST", SOAP_PATH, envelope(create), query=QUERY)
    fault = fault_of(refused)
    assert fault.code == "env:Sender"
    assert [parameters for _, parameters in fault.wrapped] == [
        {"fieldName": "username"},
        {"fieldName": "password"},
    ]


def test_token_lengths(integration: Integration) -> None:
    """Authentication/RestTest: an access token and its secret have 32 characters each."""
    assert (len(integration.token), len(integration.token_secret)) == (32, 32)


def test_session_cookie(world: World) -> None:
    """RestSessionCookieTest: no PHPSESSID, nor any other cookie."""
    assert "set-cookie" not in {name.lower() for name in world.log_in().headers}


@pytest.mark.parametrize(
    ("age", "alive"),
    [(3599, (True, True, True)), (3600, (False, True, True)), (14400, (False, False, True))],
)
def test_clean_up(age: int, alive: tuple[bool, ...]) -> None:
    """TokenTest: customers' tokens end at one hour, admins' at four, integrations' never."""
    world = World()
    integration = Integration.new(world)
    tokens = [world.customer_token(), world.admin_token(), integration.token]
    world.service.now.advance(age)
    found = [world.service.validator.validate(token) is not None for token in tokens]
    assert tuple(found) == alive


# Elsewhere: WsdlGenerationFromDataObjectTest in test_wsdl.py; testOtherException and
# testUnknownException in test_errors.py; consumers and keys of Authentication/RestTest in
# test_signed_refusals.py. Not rebuilt: config-based integrations, the OAuth request token and
# verifier, GraphQL, and what customers change about themselves.
