"""All endpoints in process, over the in-memory service, routed by the paths of the registry."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from token_service.wire import discovery
from token_service.wire.dialect import ClientTokens, Operation
from token_service.wire.discovery import DiscoveryEndpoint
from token_service.wire.elastic_path.customers import CustomerTokens
from token_service.wire.elastic_path.members import MemberSignIn, asks_for_one_time_password
from token_service.wire.elastic_path.shoppers import CUSTOMERS, MEMBERS, ClientOnly, ShopperEndpoint
from token_service.wire.endpoints import (
    Endpoint,
    IntrospectEndpoint,
    IssueEndpoint,
    Outcome,
    RevokeEndpoint,
)
from token_service.wire.form import FORM
from token_service.wire.http import Request, Response
from token_service.wire.magento.endpoint import MagentoEndpoint
from token_service.wire.magento.people import People
from token_service.wire.registry import dialects

from tests.service import ISSUER, Service
from tests.wire.demo_clients import CLIENT, SECRET, register

type Fields = Mapping[str, str] | str | bytes

# A promise holds whether or not tokens have records.
EITHER = pytest.mark.parametrize(
    "api", [True, False], ids=["recorded", "unrecorded"], indirect=True
)
CREDENTIALS = {"client_id": CLIENT, "client_secret": SECRET}
CLIENT_CREDENTIALS = {"grant_type": "client_credentials", **CREDENTIALS}
# ANY /rest/{proxy+}, ANY /index.php/{proxy+} and ANY /soap/{store}
_PEOPLE = re.compile(r"/(rest|index\.php)/.+|/soap/[^/]+", re.DOTALL)
REALM, PROFILE = "063623f1-9182-4c8f-bb17-91d326e06e69", "9a44bb7e-e377-4382-b36e-c8030aad1c2d"
SWITCHES: dict[str, Any] = {"elastic_path_repeat_data": True, "allow_origin": "*"}


class Api:
    """Sends requests to the endpoint that template.yaml would send them to."""

    def __init__(
        self, service: Service | None = None, *, signed: bool = False, **switches: object
    ) -> None:
        """`signed` is SignedIntrospection; `switches` are the parameters of `registry.dialects`."""
        self.service = service or Service()
        register(self.service.administration)
        self.outcomes: list[Outcome] = []
        self.dialects = dialects(ISSUER, **(SWITCHES | switches))

        def told(outcome: Outcome, _source: str) -> None:
            self.outcomes.append(outcome)

        by_operation = {
            Operation.ISSUE: IssueEndpoint(self.dialects, told, self.service.issuer),
            Operation.INTROSPECT: IntrospectEndpoint(
                self.dialects,
                told,
                self.service.introspector,
                self.service.signer if signed else None,
            ),
            Operation.REVOKE: RevokeEndpoint(self.dialects, told, self.service.revocation),
        }
        documents = DiscoveryEndpoint(
            self.dialects, told, ISSUER, self.service.keys, signed_introspection=signed
        )
        people = People(self.service.login, self.service.validator)
        self._login = MagentoEndpoint(self.dialects, told, people, ISSUER)
        self._shoppers = ShopperEndpoint(
            self.dialects,
            told,
            callers=ClientOnly(self.service.validator, ISSUER),
            customers=CustomerTokens(self.service.login, self.service.codes.redeem),
            members=MemberSignIn(
                self.service.members,
                self.service.codes.redeem,
                self.service.validator,
                REALM,
                PROFILE,
            ),
            base_url=ISSUER,
        )
        self._fallback = Endpoint(self.dialects, told)
        self._routes: dict[str, Endpoint] = dict.fromkeys(discovery.PATHS, documents)
        self._routes |= dict.fromkeys((CUSTOMERS, MEMBERS), self._shoppers)
        self._routes |= {
            path: by_operation[operation]
            for dialect in self.dialects
            if isinstance(dialect, ClientTokens)
            for path, operation in dialect.routes.items()
        }

    def respond(self, request: Request) -> Response:
        """The answer to a request as the endpoints see it."""
        elsewhere = self._login if _PEOPLE.fullmatch(request.path) else self._fallback
        if asks_for_one_time_password(request.path):
            elsewhere = self._shoppers
        return self._routes.get(request.path, elsewhere).respond(request)

    def post(self, path: str, fields: Fields, **headers: str) -> Response:
        """POST a form; `headers` are named with underscores, None-like '' drops one."""
        return self.send("POST", path, fields, **headers)

    def send(self, method: str, path: str, fields: Fields = b"", **headers: str) -> Response:
        """Send a form by any method."""
        body = urlencode(fields) if isinstance(fields, Mapping) else fields
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.respond(
            Request(
                method=method,
                path=path,
                headers={k: v for k, v in ({"content-type": FORM} | given).items() if v},
                raw_body=body.encode() if isinstance(body, str) else body,
            )
        )

    def issue(self, path: str = "/oauth2/token", **fields: str) -> str:
        """A fresh token of the demo client, or as the fields say."""
        answer = self.post(path, CLIENT_CREDENTIALS | fields)
        assert answer.status == 200, answer
        token: str = body_of(answer)["access_token"]
        return token


def body_of(response: Response) -> dict[str, Any]:
    """The JSON object of a response."""
    body: dict[str, Any] = json.loads(response.body)
    return body


def basic(client_id: str, secret: str) -> str:
    """An Authorization header for HTTP Basic, its halves as they are given."""
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()
