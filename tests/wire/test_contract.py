"""What every dialect promises, whichever it is."""

import inspect
import json
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_service.domain.errors import (
    InvalidClient,
    InvalidRequest,
    MethodNotAllowed,
    ServiceError,
    Unavailable,
)
from token_service.domain.owners import CLIENT_GRANTS, OwnerKind
from token_service.wire.dialect import (
    ClientTokens,
    Dialect,
    Operation,
    TokenManagement,
    dialect_for,
)
from token_service.wire.enforce import Refused
from token_service.wire.http import Request
from token_service.wire.registry import dialects

from tests.service import ISSUER
from tests.wire.api import CLIENT_CREDENTIALS, Api, body_of
from tests.wire.shapes import assert_refusal

ALL = {dialect.name: dialect for dialect in dialects(ISSUER)}
ISSUING = {name: dialect for name, dialect in ALL.items() if isinstance(dialect, ClientTokens)}
LOGIN = "/rest/V1/integration/customer/token"
PRIVATE = "private detail, for the log"
PERSON = {"username": "ada@shop.test", "password": "a password of a person"}
JSON = "application/json"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(params=ALL)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each dialect in turn."""
    return ALL[request.param]


@pytest.fixture(params=ISSUING)
def issuing(request: pytest.FixtureRequest) -> ClientTokens:
    """Each dialect in which clients ask for tokens."""
    return ISSUING[request.param]


def routes(dialect: Dialect) -> Mapping[str, Operation]:
    """Where this dialect issues, and what else it serves."""
    return dialect.routes if isinstance(dialect, ClientTokens) else {LOGIN: Operation.ISSUE}


def token_path(dialect: Dialect) -> str:
    """Where this dialect issues."""
    return next(path for path, op in routes(dialect).items() if op is Operation.ISSUE)


def all_errors(kind: type[ServiceError] = ServiceError) -> list[type[ServiceError]]:
    """Every kind of refusal there is, also those defined beside their only use."""
    return [kind, *(found for sub in kind.__subclasses__() for found in all_errors(sub))]


def make(kind: type[ServiceError]) -> ServiceError:
    """A refusal of this kind that holds a private detail."""
    error = kind(allow="POST") if issubclass(kind, MethodNotAllowed) else kind("A public sentence.")
    error.detail = PRIVATE
    error.args = (PRIVATE,)
    return error


@cache
def shared_api() -> Api:
    """One API for all examples of a fuzz test: none of them may change it for the next."""
    return Api()


class TestDialect:
    """One dialect contract over all wire modules."""

    def test_has_the_shape(self, dialect: Dialect) -> None:
        """Every member of the protocol is there, with the protocol's parameters."""
        for protocol in (Dialect, ClientTokens, TokenManagement):
            if protocol is not Dialect and not isinstance(dialect, protocol):
                continue
            for name, member in inspect.getmembers(protocol, inspect.isfunction):
                if not name.startswith("_"):
                    found = inspect.signature(getattr(type(dialect), name))
                    assert list(found.parameters) == list(inspect.signature(member).parameters)
        assert dialect.name.isidentifier()

    def test_manages_tokens_if_it_has_routes_for_it(self, issuing: ClientTokens) -> None:
        """A dialect with an introspection or revocation route can read and write both."""
        assert Operation.ISSUE in issuing.routes.values()
        manages = {Operation.INTROSPECT, Operation.REVOKE} & set(issuing.routes.values())
        assert bool(manages) is isinstance(issuing, TokenManagement)

    def test_answers_on_its_own_paths(self, dialect: Dialect) -> None:
        """No other dialect's prefix catches one of its routes."""
        for path in (*routes(dialect), *dialect.prefixes):
            assert dialect_for(path, tuple(ALL.values())) is dialect

    def test_success_is_json_that_nobody_keeps(self, issuing: ClientTokens, api: Api) -> None:
        """A token comes with 200, no-store, an integer lifetime, no refresh token (items 27-29)."""
        response = api.post(token_path(issuing), CLIENT_CREDENTIALS)
        assert response.status == 200
        assert response.headers["content-type"].startswith("application/json")
        assert "no-store" in response.headers["cache-control"]
        assert response.headers["pragma"] == "no-cache"
        body = body_of(response)
        assert body["token_type"] == "Bearer"
        assert type(body["expires_in"]) is int
        assert body["expires_in"] == 3600
        assert body["access_token"].count(".") == 2
        assert "refresh_token" not in body
        assert "id_token" not in body

    def test_older_tokens_stay_alive(self, issuing: ClientTokens, api: Api) -> None:
        """A new token never ends an older one."""
        first, second = (api.issue(token_path(issuing)) for _ in range(2))
        assert first != second
        assert api.service.validator.validate(first)
        assert api.service.validator.validate(second)

    @pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
    @pytest.mark.parametrize("place", [*Operation, "elsewhere"])
    def test_tells_every_error(
        self, dialect: Dialect, kind: type[ServiceError], place: str
    ) -> None:
        """Every refusal has a status and the dialect's shape, hides its detail, and is not kept.

        (items 29, 80)
        """
        path = next((p for p, op in routes(dialect).items() if op == place), dialect.prefixes[0])
        response = dialect.write_error(make(kind), Request("POST", path))
        assert_refusal(dialect.name, response)
        assert PRIVATE not in response.body + str(response.headers)

    @pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
    def test_faults_are_5xx_and_refusals_4xx(
        self, dialect: Dialect, kind: type[ServiceError]
    ) -> None:
        """Only our own faults are told as 5xx."""
        response = dialect.write_error(make(kind), Request("POST", token_path(dialect)))
        # Refused stands for two others and is never raised itself.
        fault = kind in (ServiceError, Refused) or issubclass(kind, Unavailable)
        assert (response.status >= 500) is fault

    def test_unavailable_says_when_to_come_back(self, dialect: Dialect) -> None:
        """A store that does not answer is 503 with Retry-After (item 70)."""
        response = dialect.write_error(Unavailable(), Request("POST", token_path(dialect)))
        assert response.status == 503
        assert int(response.headers["retry-after"]) > 0

    def test_only_unavailable_says_when_to_come_back(self, dialect: Dialect) -> None:
        """No other refusal invites to repeat the same request."""
        response = dialect.write_error(InvalidRequest(), Request("POST", token_path(dialect)))
        assert "retry-after" not in response.headers

    def test_fault_shows_nothing_of_itself(self, dialect: Dialect, api: Api) -> None:
        """An unexpected exception is a bland 500; type and place go to the log (item 80)."""
        broken = replace_store_with_fault(api)
        fields = CLIENT_CREDENTIALS if isinstance(dialect, ClientTokens) else json.dumps(PERSON)
        media_type = FORM["content-type"] if isinstance(dialect, ClientTokens) else JSON
        response = broken.post(token_path(dialect), fields, content_type=media_type)
        assert response.status == 500
        assert_refusal(dialect.name, response)
        assert "KeyError" not in response.body
        assert PRIVATE not in response.body
        (outcome,) = broken.outcomes
        assert outcome.result == "server_error"
        assert outcome.detail == "KeyError"
        assert outcome.stack
        assert PRIVATE not in repr(outcome)

    @pytest.mark.parametrize(
        "method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "", "post "]
    )
    def test_other_methods(self, issuing: ClientTokens, api: Api, method: str) -> None:
        """Only POST issues; a dialect that says 405 also says what is allowed (item 2)."""
        response = api.send(method, token_path(issuing), CLIENT_CREDENTIALS)
        assert_refusal(issuing.name, response)
        assert response.status in (400, 405)
        assert (response.status == 405) is (issuing.name != "simple_store")
        assert "POST" in response.headers["allow"]

    @pytest.mark.parametrize(
        "error", [InvalidClient(detail="unknown"), InvalidClient(detail="wrong secret")]
    )
    def test_bad_client_is_told_one_way(self, dialect: Dialect, error: InvalidClient) -> None:
        """Why a client was refused changes nothing in the answer (item 15)."""
        request = Request("POST", token_path(dialect))
        told = dialect.write_error(error, request)
        assert told == dialect.write_error(InvalidClient(), request)

    def test_grants_offered_are_for_clients(self, issuing: ClientTokens) -> None:
        """A request that was read carries only grants that a client can be given (item 36)."""
        body = b"grant_type=client_credentials&client_id=a&client_secret=b"
        read = issuing.read_issue(Request("POST", token_path(issuing), FORM, body))
        assert read.grants
        assert read.grants <= CLIENT_GRANTS

    def test_preflight_needs_no_store(self, dialect: Dialect, api: Api) -> None:
        """A browser is answered, or refused in the dialect's words, before anything is read."""
        headers = {"origin": "https://shop.test", "access_control_request_method": "POST"}
        response = replace_store_with_fault(api).send("OPTIONS", token_path(dialect), **headers)
        if response.status == 204:
            assert response.body == ""
            assert not api.outcomes
        else:
            assert_refusal(dialect.name, response)
            assert response.status < 500


def replace_store_with_fault(api: Api) -> Api:
    """The same API over a store that raises what no store should."""

    def find(_: str) -> None:
        raise KeyError(PRIVATE)

    api.service.clients.find = find  # type: ignore[method-assign, assignment]
    api.service.owners.accounts[OwnerKind.CUSTOMER].find_by_username = find  # type: ignore[method-assign, assignment]
    return api


NAMES = st.sampled_from(
    ["grant_type", "client_id", "client_secret", "scope", "token", "", "é", "%"]
)
VALUES = st.one_of(
    st.sampled_from([*CLIENT_CREDENTIALS.values(), "implicit", "orders:read", "a" * 400]),
    st.text(max_size=20),
)
FORMS = st.lists(st.tuples(NAMES, VALUES), max_size=6).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace")
)
VALID = urlencode(CLIENT_CREDENTIALS | {"token": "t"}).encode()
BODIES = st.one_of(
    st.binary(max_size=30).map(lambda tail: VALID + tail),
    st.binary(max_size=200),
    FORMS,
    st.binary(max_size=40).map(lambda b: b"{" + b),
)
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "authorization", "origin", "host", "x-moltin-language"]),
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["application/json", FORM["content-type"], "Basic ", "Basic Og==", "bAsIc YTpi"]
        ),
    ),
    max_size=4,
)
METHODS = st.one_of(
    st.just("POST"), st.sampled_from(["GET", "OPTIONS", "PUT"]), st.text(max_size=8)
)


@pytest.mark.parametrize(
    ("name", "path"), [(name, path) for name, dialect in ALL.items() for path in routes(dialect)]
)
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(method=METHODS, headers=HEADERS, body=BODIES, broken=st.booleans())
def test_any_bytes_get_an_answer(  # noqa: PLR0913 - a request has that many parts
    name: str, path: str, method: str, headers: dict[str, str], body: bytes, *, broken: bool
) -> None:
    """Whatever is sent, the dialect answers in its own words and never with a fault (item 11)."""
    request = Request(method, path, FORM | headers, body, body_error=broken)
    response = shared_api().respond(request)
    assert response.status < 500
    if response.status >= 300:
        assert_refusal(name, response)
        assert path != "/connect/token" or response.status == 400
    elif response.status == 200 and response.body and name != "magento":
        assert {"access_token", "active"} & set(body_of(response))


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(method=METHODS, headers=HEADERS, body=BODIES, path=st.text(max_size=20))
def test_any_path_gets_an_answer(
    method: str, headers: dict[str, str], body: bytes, path: str
) -> None:
    """Whatever the path, some dialect answers in its own words and never with a fault (item 11)."""
    for prefix in ("", "/oauth/", "/v2/", "/connect/", "/oauth2/", "/.well-known/", "/rest/"):
        api = shared_api()
        response = api.respond(Request(method, prefix + path, headers, body))
        assert response.status < 500
        if response.status >= 300:
            assert_refusal(dialect_for(prefix + path, api.dialects).name, response)
