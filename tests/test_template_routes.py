"""The HTTP API of template.yaml: exact routes, and who may invoke what."""

import json
from typing import Any

from token_service.wire.dialect import ClientTokens, Operation
from token_service.wire.discovery import PATHS
from token_service.wire.documentation import DOCUMENT_PATH, PAGE_PATH
from token_service.wire.elastic_path.application_keys import PATH as KEYS_PATH
from token_service.wire.elastic_path.members import asks_for_one_time_password
from token_service.wire.elastic_path.shoppers import CUSTOMERS, MEMBERS
from token_service.wire.magento.dialect import Magento
from token_service.wire.openid_profiles import ACCOUNT_SETTINGS, CUSTOMER_SETTINGS, REALMS
from token_service.wire.registry import dialects

from tests.template_parts import logical_id, of_type

BY_OPERATION = {
    Operation.ISSUE: "IssueFunction.Alias",
    Operation.INTROSPECT: "IntrospectFunction.Alias",
    Operation.REVOKE: "RevokeFunction",
}
# Magento's routes lie below any store's code; what is no route there is told in its own words.
LOGIN_ROUTES = {
    "/index.php/": "ANY /index.php/{proxy+}",
    "/rest/": "ANY /rest/{proxy+}",
    "/soap": "ANY /soap",
    "/soap/": "ANY /soap/{proxy+}",
}
PROFILE_ROUTES = {
    f"ANY {ACCOUNT_SETTINGS}",
    f"ANY {CUSTOMER_SETTINGS}",
    f"ANY {REALMS}/{{realm}}",
    f"ANY {REALMS}/{{realm}}/oidc-profiles",
    f"ANY {REALMS}/{{realm}}/oidc-profiles/{{profile}}",
}
MANAGE_ROUTES = {f"ANY {KEYS_PATH}", f"ANY {KEYS_PATH}/{{id}}"}
PREFLIGHTS = (
    "OPTIONS /oauth/access_token",
    f"OPTIONS {KEYS_PATH}",
    f"OPTIONS {KEYS_PATH}/{{id}}",
    "OPTIONS /v2/{proxy+}",
    "OPTIONS /catalog/{proxy+}",
    "OPTIONS /pcm/{proxy+}",
)
_PROFILE = "/v2/authentication-realms/{realm}/password-profiles/{profile}"
SHOPPER_ROUTES = {
    f"ANY {CUSTOMERS}",
    f"ANY {MEMBERS}",
    f"ANY {_PROFILE}/one-time-password-token-request",
}
EXAMPLE_ROUTES = {
    "ANY /v2/{proxy+}",
    "ANY /catalog/{proxy+}",
    "ANY /pcm/{proxy+}",
    "GET /example/whoami",
    "ANY /rest/V1/customers",
    "ANY /rest/V1/customers/me",
    "ANY /rest/V1/customers/{id}",
    "ANY /rest/{code}/V1/customers",
    "ANY /rest/{code}/V1/customers/{proxy+}",
    "GET /rest/V1/store/storeConfigs",
    "GET /rest/V1/store/websites",
    "ANY /rest/{code}/V1/store/{proxy+}",
}


class TestRoutes:
    """The HTTP API."""

    def test_routes_are_those_of_the_registry(self, resources: dict[str, dict[str, Any]]) -> None:
        """Each path of a dialect or document goes, by any method, to the function for it."""
        integrations = {
            name: logical_id(properties["IntegrationUri"])
            for name, properties in of_type(resources, "AWS::ApiGatewayV2::Integration").items()
        }
        found = {
            properties["RouteKey"]: integrations[logical_id(properties["Target"])]
            for properties in of_type(resources, "AWS::ApiGatewayV2::Route").values()
        }
        expected = {
            f"ANY {path}": BY_OPERATION[operation]
            for dialect in dialects("https://auth.example.test")
            if isinstance(dialect, ClientTokens)
            for path, operation in dialect.routes.items()
        }
        expected |= {LOGIN_ROUTES[prefix]: "LoginFunction" for prefix in Magento.prefixes}
        expected |= {f"ANY {path}": "DiscoveryFunction" for path in PATHS}
        documentation = (DOCUMENT_PATH, PAGE_PATH, f"{PAGE_PATH}/{{proxy+}}")
        expected |= {f"ANY {path}": "DocsFunction" for path in documentation}
        expected |= dict.fromkeys(("$default", *PREFLIGHTS), "FallbackFunction")
        expected |= dict.fromkeys(MANAGE_ROUTES, "ManageFunction")
        expected |= dict.fromkeys(PROFILE_ROUTES, "SignInProfilesFunction")
        expected |= {"ANY /oidc-idp/{proxy+}": "SingleSignOnFunction"}
        expected |= dict.fromkeys(SHOPPER_ROUTES, "ShopperLoginFunction")
        assert any(asks_for_one_time_password(route[4:]) for route in SHOPPER_ROUTES)
        expected |= dict.fromkeys(EXAMPLE_ROUTES, "ExampleFunction")
        assert found == expected

    def test_each_integration_may_invoke(self, resources: dict[str, dict[str, Any]]) -> None:
        """Every integration speaks payload 2.0, and the gateway may invoke its function."""
        permitted = {
            logical_id(properties["FunctionName"])
            for properties in of_type(resources, "AWS::Lambda::Permission").values()
        }
        for properties in of_type(resources, "AWS::ApiGatewayV2::Integration").values():
            assert properties["PayloadFormatVersion"] == "2.0"
            assert logical_id(properties["IntegrationUri"]) in permitted

    def test_only_this_api_may_invoke(self, resources: dict[str, dict[str, Any]]) -> None:
        """Each permission is bound to our own API."""
        for properties in of_type(resources, "AWS::Lambda::Permission").values():
            assert properties["Principal"] == "apigateway.amazonaws.com"
            assert "${AWS::AccountId}:${Api}/" in properties["SourceArn"]["Fn::Sub"]

    def test_what_is_authorized(self, resources: dict[str, dict[str, Any]]) -> None:
        """Keys and the example ask an authorizer; no token endpoint and no preflight does."""
        for properties in of_type(resources, "AWS::ApiGatewayV2::Route").values():
            guarded = (
                properties.get("AuthorizationType") == "CUSTOM" and "AuthorizerId" in properties
            )
            assert guarded is (
                properties["RouteKey"] in EXAMPLE_ROUTES | MANAGE_ROUTES | PROFILE_ROUTES
            )

    def test_authorizers_reuse_nothing_too_widely(
        self, resources: dict[str, dict[str, Any]]
    ) -> None:
        """An answer is reused for one route, or not at all (item 75)."""
        for properties in of_type(resources, "AWS::ApiGatewayV2::Authorizer").values():
            assert properties["EnableSimpleResponses"] is True
            if properties["AuthorizerResultTtlInSeconds"] != 0:
                assert "$context.routeKey" in properties["IdentitySource"]
                assert "$request.header.Authorization" in properties["IdentitySource"]

    def test_access_log_holds_no_secret(self, resources: dict[str, dict[str, Any]]) -> None:
        """The access log is JSON, without path, query or headers (items 7, 78)."""
        text = resources["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
        assert json.loads(text)
        for word in ("header", "querystring", "$context.path", "authorizer", "body"):
            assert word not in text
