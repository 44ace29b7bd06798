"""Magento's endpoint and the authorizer in process, over the in-memory service."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.wire.authorizer import Authorizer, AuthorizerSettings
from token_service.wire.enforce import Caller, enforce
from token_service.wire.http import Request, Response, request_from_event
from token_service.wire.magento.dialect import Magento
from token_service.wire.magento.endpoint import MagentoEndpoint
from token_service.wire.magento.people import People
from token_service.wire.magento.signed import SignatureVerifier
from token_service.wire.policy_document import read_policy
from token_service.wire.registry import dialects

from tests.service import ISSUER, Service

if TYPE_CHECKING:
    from token_service.wire.endpoints import Outcome

ADMIN, CUSTOMER = "admin", "roni_cost@example.com"
ADMIN_PASSWORD, CUSTOMER_PASSWORD = "admin-password-1", "customer-password-1"
ADMIN_TOKEN = "/rest/V1/integration/admin/token"
CUSTOMER_TOKEN = "/rest/V1/integration/customer/token"
REVOKE = "/rest/V1/integration/customer/revoke-customer-token"
JSON, XML = "application/json", "application/xml"
SIGN_IN = (
    "The account sign-in was incorrect or your account is disabled temporarily. "
    "Please wait and try again later."
)
REQUIRED = '"%fieldName" is required. Enter and try again.'
DENIED = "The consumer isn't authorized to access %resources."
SEVERAL = "One or more input exceptions have occurred."
DECODING = {"message": "Decoding error."}


class World:
    """One store with one admin, who may use everything, and one customer."""

    def __init__(
        self, service: Service | None = None, *, bearer: bool = True, sha1: bool = False
    ) -> None:
        """`bearer` and `sha1` are the deploy parameters for integrations."""
        self.service = service or Service()
        self.accounts = self.service.account_administration
        self.accounts.create(OwnerKind.ADMIN, ADMIN, ADMIN_PASSWORD, (ALL_RESOURCES,))
        self.accounts.create(OwnerKind.CUSTOMER, CUSTOMER, CUSTOMER_PASSWORD)
        self.outcomes: list[Outcome] = []
        people = People(self.service.login, self.service.validator)
        self._endpoint = MagentoEndpoint(
            dialects(ISSUER), lambda outcome, _: self.outcomes.append(outcome), people, ISSUER
        )
        self.nonces = self.service.nonces
        self.authorizer = Authorizer(
            validator=self.service.validator,
            verify_signed=SignatureVerifier(
                consumers=self.service.owners.integrations,
                validator=self.service.validator,
                sealer=self.service.sealer,
                nonces=self.nonces,
                now=self.service.now,
                allow_sha1=sha1,
            ).verify,
            proofs=self.service.proofs,
            policy=read_policy(
                {name: _document(name) for name in ("elastic_path", "magento", "default")}
            ),
            settings=AuthorizerSettings(ISSUER, bearer),
            observe=lambda *_: None,
        )

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        *,
        query: str = "",
        token: str | None = None,
        **headers: str,
    ) -> Response:
        """Send a request; headers are named with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        raw = body.encode() if isinstance(body, str) else body
        return self.respond(
            Request(method, path, headers=given, raw_body=raw, query=query, id="request-1")
        )

    def respond(self, request: Request) -> Response:
        """The endpoint's answer."""
        return self._endpoint.respond(request)

    def post(self, path: str, body: str | bytes, content_type: str = JSON, **more: str) -> Response:
        """POST a body of some type."""
        return self.send("POST", path, body, content_type=content_type, **more)

    def log_in(
        self, path: str = CUSTOMER_TOKEN, name: str = CUSTOMER, password: str = CUSTOMER_PASSWORD
    ) -> Response:
        """Ask for a token with a JSON body."""
        return self.post(path, json.dumps({"username": name, "password": password}))

    def customer_token(self) -> str:
        """A fresh token of the customer."""
        return token_of(self.log_in())

    def admin_token(self) -> str:
        """A fresh token of the admin."""
        return token_of(self.log_in(ADMIN_TOKEN, ADMIN, ADMIN_PASSWORD))

    def new_admin(self, name: str, *resources: str) -> str:
        """A token of another admin."""
        self.accounts.create(OwnerKind.ADMIN, name, ADMIN_PASSWORD, resources)
        return token_of(self.log_in(ADMIN_TOKEN, name, ADMIN_PASSWORD))

    def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Caller | Response:
        """A call of a protected route: what its backend finds, through the authorizer."""
        given = {"host": "auth.example.test", "x-forwarded-proto": "https", **(headers or {})}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        event: dict[str, Any] = {
            "version": "2.0",
            "type": "REQUEST",
            "rawPath": path,
            "rawQueryString": query,
            "headers": given,
            "requestContext": {"stage": "$default", "http": {"method": method}},
        }
        answer = self.authorizer.answer(event)
        assert answer["isAuthorized"] is True  # the backend refuses in its own words
        event["requestContext"]["authorizer"] = {"lambda": answer["context"]}
        return enforce(event, request_from_event(event), Magento())

    def opens(self, path: str, token: str | None, method: str = "GET") -> bool:
        """Whether a call of a protected route gets through."""
        return isinstance(self.call(method, path, token), Caller)


def _document(name: str) -> str:
    return (files("token_service") / f"policies/{name}.json").read_text("utf-8")


def token_of(response: Response) -> str:
    """The token of a JSON answer."""
    assert response.status == 200, response.body
    token: str = json.loads(response.body)
    return token


def told(response: Response) -> tuple[int, Any]:
    """Status and JSON body."""
    return response.status, json.loads(response.body)


def missing(*names: str) -> dict[str, Any]:
    """The body that says which fields are missing."""
    each = [{"message": REQUIRED, "parameters": {"fieldName": name}} for name in names]
    return each[0] if len(each) == 1 else {"message": SEVERAL, "errors": each}


def denied(resources: str) -> dict[str, Any]:
    """The body that says what a caller lacks."""
    return {"message": DENIED, "parameters": {"resources": resources}}
