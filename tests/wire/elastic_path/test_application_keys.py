"""/v2/application-keys in process: bodies, pages, refusals (docs/platforms/elastic-path.md, 4)."""

import json
from typing import Any

import pytest
from token_service.domain.application_keys import ApplicationKeys
from token_service.domain.errors import Unavailable
from token_service.wire.elastic_path.application_keys import PATH, ApplicationKeysEndpoint
from token_service.wire.http import Request, Response
from token_service.wire.registry import dialects

from tests.memory_store import MemoryClientUses
from tests.service import ISSUER, Service

ALLOWED = {"verdict": "allowed", "subject": "manager", "kind": "client"}
UNKNOWN = f"{PATH}/00000000-0000-5000-8000-000000000000"


class Manager:
    """Sends requests that an authorizer let pass."""

    def __init__(self) -> None:
        self.service = Service()
        self.service.clients.rate_limit = 100
        self.outcomes: list[Any] = []
        self.uses = MemoryClientUses()
        keys = ApplicationKeys(
            clients=self.service.clients,
            administration=self.service.administration,
            uses=self.uses,
            now=self.service.now,
        )
        self._endpoint = ApplicationKeysEndpoint(
            dialects(ISSUER), lambda outcome, _: self.outcomes.append(outcome), keys, ISSUER
        )

    def send(
        self, method: str, path: str = PATH, body: object = b"", query: str = "", **found: str
    ) -> Response:
        """A request with a body, as JSON unless it is bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        context = ALLOWED | found
        request = Request(method, path, {}, raw, query=query, authorizer=context)
        return self.respond(request)

    def respond(self, request: Request) -> Response:
        """The answer to a request as it is."""
        return self._endpoint.respond(request)

    def create(self, **data: object) -> Any:  # noqa: ANN401 - JSON
        """A new key, as it is told."""
        answer = self.send(
            "POST", body={"data": {"type": "application_key", "name": "Key", **data}}
        )
        assert answer.status == 201, answer.body
        return json.loads(answer.body)


@pytest.fixture
def manager() -> Manager:
    """A store without keys."""
    return Manager()


def told(response: Response) -> tuple[int, str, str | None]:
    """Status, title and detail of a refusal, in the envelope."""
    (entry,) = json.loads(response.body)["errors"]
    assert entry["status"] == str(response.status)
    assert "no-store" in response.headers["cache-control"]
    assert response.headers["access-control-allow-origin"] == "*"
    return response.status, entry["title"], entry.get("detail")


def test_a_new_key_in_full(manager: Manager) -> None:
    """201, the secret in this answer alone, links at the root and in `data`."""
    body = manager.create(name="Łódź \N{SNOWMAN}", reserved_rate_limit=5, color="red")
    data = body["data"]
    links = {"self": f"{ISSUER}{PATH}/{data['id']}"}
    assert body["links"] == data["links"] == links
    assert set(body) == {"data", "links"}
    assert data.pop("client_secret")
    assert data == {
        "id": data["id"],
        "type": "application_key",
        "name": "Łódź \N{SNOWMAN}",
        "client_id": data["client_id"],
        "reserved_rate_limit": 5,
        "meta": {
            "timestamps": {
                "created_at": "2027-01-15T08:00:00Z",
                "updated_at": "2027-01-15T08:00:00Z",
                "last_used_at": None,
            }
        },
        "links": links,
    }
    assert data["client_id"] != data["id"]
    answer = manager.send("GET", f"{PATH}/{data['id']}")
    assert (answer.status, json.loads(answer.body)) == (200, body)
    assert manager.outcomes[-1].client_id == "manager"


def test_updates_and_deletion(manager: Manager) -> None:
    """PUT tells the key as it is then, DELETE nothing; superfluous fields are passed over."""
    path = f"{PATH}/{manager.create()['data']['id']}"
    manager.service.now.advance(90)
    sent = {"data": {"type": "application_key", "name": "New", "client_id": "x", "id": "y"}}
    answer = manager.send("PUT", path.upper().replace(PATH.upper(), PATH), sent)
    data = json.loads(answer.body)["data"]
    assert (answer.status, data["name"]) == (200, "New")
    assert data["meta"]["timestamps"]["updated_at"] == "2027-01-15T08:01:30Z"
    assert "client_secret" not in data
    assert f"{PATH}/{data['id']}" == path
    assert (manager.send("DELETE", path).status, manager.send("DELETE", path).status) == (204, 404)
    assert manager.service.clients.by_id == {}


def test_pages(manager: Manager) -> None:
    """Every key once, without secrets; links lead from page to page."""
    made = [manager.create(name=f"Key {n}", reserved_rate_limit=n)["data"] for n in range(7)]
    seen: list[Any] = []
    query: str | None = "page%5Blimit%5D=3"
    while query is not None:
        answer = manager.send("GET", query=query)
        body = json.loads(answer.body)
        seen += body["data"]
        following = body["links"]["next"]
        query = following.partition("?")[2] if following else None
    assert "client_secret" not in json.dumps(seen)
    assert [key["id"] for key in seen] == sorted(key["id"] for key in made)
    url = f"{ISSUER}{PATH}?page[offset]="
    assert body["links"] == {
        "current": f"{url}6&page[limit]=3",
        "first": f"{url}0&page[limit]=3",
        "last": f"{url}6&page[limit]=3",
        "next": None,
        "prev": f"{url}3&page[limit]=3",
    }
    assert body["meta"] == {
        "page": {"limit": 3, "offset": 6, "current": 3, "total": 3},
        "results": {"total": 7},
        "total_reserved_rate_limit": 21,
    }


@pytest.mark.parametrize(
    ("query", "offset", "limit"),
    [
        ("", 0, 25),
        ("page[offset]=10000&page[limit]=100", 10000, 100),
        ("page[offset]=0&page[limit]=1&filter=x&filter=y&access_token=z", 0, 1),
    ],
)
def test_pages_that_can_be_asked_for(manager: Manager, query: str, offset: int, limit: int) -> None:
    """The defaults, both ends of the ranges, and parameters that say nothing."""
    manager.create()
    body = json.loads(manager.send("GET", query=query).body)
    assert (body["meta"]["page"]["offset"], body["meta"]["page"]["limit"]) == (offset, limit)
    assert len(body["data"]) == (0 if offset else 1)


@pytest.mark.parametrize(
    "query",
    [
        *("page[offset]=10001", "page[limit]=101", "page[limit]=0", "page[offset]=-1"),
        *("page[limit]=", "page[limit]=ten", "page[limit]=1.5", "page[offset]=%D9%A3"),
        *("page[limit]=5&page%5Blimit%5D=6", "page[offset]=+1", "page[offset]=" + "9" * 5000),
    ],
)
def test_pages_out_of_range(manager: Manager, query: str) -> None:
    """400, with the parameter and its range."""
    status, title, detail = told(manager.send("GET", query=query))
    assert (status, title) == (400, "Bad Request")
    assert detail
    assert "page[" in detail


NO_TEXTS: tuple[object, ...] = (None, "")
OTHERS: tuple[object, ...] = ([], "x", 1, True)
NO_OBJECTS: tuple[object, ...] = ([], "x", 1, None, True)
NO_STRINGS: tuple[object, ...] = (None, 1, [], {}, False)
NO_NUMBERS: tuple[object, ...] = (None, "1", 1.0, True, [], {})


def data(**members: object) -> dict[str, object]:
    """A body in the envelope."""
    return {"data": {"type": "application_key", "name": "Key"} | members}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        *((raw, "The body is not JSON.") for raw in (b"", b"{", b"name=x", b"\xff", b"[" * 9999)),
        (b'{"data":{"type":"application_key","name":"a","name":"b"}}', "A field is repeated."),
        (b'{"data":{"type":"application_key","name":"a","x":NaN}}', "The body is not JSON."),
        *((value, "The body must be an object.") for value in NO_OBJECTS),
        ({}, "The field 'data' is required."),
        ({"name": "Key", "type": "application_key"}, "The field 'data' is required."),
        *(({"data": v}, "The field 'data' must be an object.") for v in NO_OBJECTS),
        ({"data": {"name": "Key"}}, "The field 'type' is required."),
        *((data(type=v), "The field 'type' is required.") for v in NO_TEXTS),
        *((data(type=v), "The field 'type' must be application_key.") for v in OTHERS),
        *((data(name=v), "The field 'name' must be a string.") for v in NO_STRINGS),
        *(
            (data(name=v), "The field 'name' must have 1 to 255 printable characters.")
            for v in ("", "n" * 256, "a\0b", "\ud800")
        ),
        *(
            (data(reserved_rate_limit=v), "The field 'reserved_rate_limit' must be a whole number.")
            for v in NO_NUMBERS
        ),
        (data(reserved_rate_limit=-1), "The field 'reserved_rate_limit' must be 0 or more."),
    ],
)
def test_bad_bodies(manager: Manager, body: object, detail: str) -> None:
    """400 with the field, for a new key and for one that is there; nothing is half made."""
    path = f"{PATH}/{manager.create(name='Before')['data']['id']}"
    before = dict(manager.service.clients.by_id)
    for method, where in (("POST", PATH), ("PUT", path)):
        assert told(manager.send(method, where, body)) == (400, "Bad Request", detail)
    assert manager.service.clients.by_id == before


def test_a_name_is_required_of_a_new_key(manager: Manager) -> None:
    """The contract's own example."""
    answer = manager.send("POST", body={"data": {"type": "application_key"}})
    assert told(answer) == (400, "Bad Request", "The field 'name' is required.")


def test_a_body_too_large(manager: Manager) -> None:
    """413 before it is read."""
    assert told(manager.send("POST", body=b"{" + b" " * 70_000))[:2] == (413, "Payload Too Large")


@pytest.mark.parametrize("reserved", [101, 10**400])
def test_a_reservation_too_large(manager: Manager, reserved: int) -> None:
    """409 in the contract's words."""
    refused = (409, "Conflict", "requested reserved rate limit will exceed the maximum")
    assert told(manager.send("POST", body=data(reserved_rate_limit=reserved))) == refused
    path = f"{PATH}/{manager.create(reserved_rate_limit=100)['data']['id']}"
    assert told(manager.send("PUT", path, data(reserved_rate_limit=reserved))) == refused


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "name", ["1", "x" * 36, "{00000000-0000-5000-8000-000000000000}", "é", "%"]
)
def test_unknown_keys(manager: Manager, method: str, name: str) -> None:
    """404, for a UUID that is nobody's and for what is none."""
    for path in (UNKNOWN, f"{PATH}/{name}"):
        found = told(manager.send(method, path, data()))
        assert found == (404, "Not Found", "application key not found")


@pytest.mark.parametrize(
    ("path", "methods", "allow"),
    [
        (PATH, ("PUT", "PATCH", "DELETE", "TRACE"), "GET, HEAD, POST, OPTIONS"),
        (UNKNOWN, ("POST", "PATCH", "TRACE"), "GET, HEAD, PUT, DELETE, OPTIONS"),
    ],
)
def test_other_methods(manager: Manager, path: str, methods: tuple[str, ...], allow: str) -> None:
    """405 with the methods that do work."""
    for method in methods:
        answer = manager.send(method, path)
        assert told(answer)[:2] == (405, "Method Not Allowed")
        assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        ("insufficient", (403, "Forbidden", None)),
        ("unauthenticated", (401, "Unable to validate access token", None)),
        ("", (401, "Unable to validate access token", None)),
    ],
)
def test_nobody_manages_without_the_right(
    manager: Manager, verdict: str, refusal: tuple[int, str, str | None]
) -> None:
    """Whatever is asked, the verdict comes first; a route without an authorizer is closed."""
    for method, path in (("GET", PATH), ("POST", PATH), ("DELETE", UNKNOWN), ("TRACE", PATH)):
        assert told(manager.send(method, path, data(), verdict=verdict)) == refusal
    assert manager.service.clients.by_id == {}


def test_preflights_need_no_right(manager: Manager) -> None:
    """A browser asks before it sends a token."""
    answer = manager.send("OPTIONS", UNKNOWN, verdict="unauthenticated")
    assert (answer.status, answer.body) == (204, "")
    assert "DELETE" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (Unavailable(), (503, "Service Unavailable", None)),
        (
            ValueError("client_secret=leaked"),
            (500, "Internal Server Error", "there was a problem processing your request"),
        ),
    ],
)
def test_failures_of_the_store(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    refusal: tuple[int, str, str | None],
) -> None:
    """A refusal in the envelope and one outcome. Powertools logs nothing, even in debug mode."""
    monkeypatch.setenv("POWERTOOLS_DEV", "true")
    failing = Manager()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(failing.service.clients, "find_by_key_id", fail)
    answer = failing.send("GET", UNKNOWN)
    assert told(answer) == refusal
    assert ("retry-after" in answer.headers) == (answer.status == 503)
    (outcome,) = failing.outcomes
    assert "leaked" not in repr(outcome)
    assert (outcome.stack != ()) == (answer.status == 500)
    assert (caplog.records, capfd.readouterr()) == ([], ("", ""))


def test_paths_with_other_characters_name_no_key(manager: Manager) -> None:
    """Characters that the resolver's paths do not match are refused like any other unknown id."""
    for name in ('"', "#", "\n", "\\", "\ud800", "%2F"):
        found = told(manager.send("GET", f"{PATH}/{name}"))
        assert found == (404, "Not Found", "application key not found")


@pytest.mark.parametrize("path", [f"{PATH}/a/b", f"{PATH}s", f"{PATH}//"])
def test_unknown_paths(manager: Manager, path: str) -> None:
    """404 without a detail for every method."""
    for method in ("GET", "POST", "TRACE"):
        assert told(manager.send(method, path, data())) == (404, "Not Found", None)


def test_a_key_is_read_by_head_with_a_trailing_slash_in_capitals(manager: Manager) -> None:
    """HEAD is answered like GET, at every way to write the path."""
    made = manager.create()["data"]
    written = (PATH, f"{PATH}/", f"{PATH}/{made['id']}/", f"{PATH}/{made['id'].upper()}")
    for path in written:
        assert manager.send("HEAD", path) == manager.send("GET", path)
        assert manager.send("HEAD", path).status == 200


def test_a_body_that_the_gateway_could_not_decode(manager: Manager) -> None:
    """400: broken base64 is no body."""
    request = Request("POST", PATH, body_error=True, authorizer=ALLOWED)
    status, title, detail = told(manager.respond(request))
    assert (status, title, detail) == (400, "Bad Request", "the body could not be decoded")


def test_a_query_of_too_many_fields(manager: Manager) -> None:
    """400 where a list takes parameters. Other methods ignore the query."""
    query = "&".join(["page[limit]=0"] * 101)
    answer = manager.send("GET", query=query)
    assert told(answer) == (400, "Bad Request", "The query string has too many fields.")
    assert manager.send("POST", body=data(), query=query).status == 201
    assert manager.send("PUT", query=query).status == 405


def test_last_use(manager: Manager) -> None:
    """A moment in UTC once there was one."""
    made = manager.create()["data"]
    manager.uses.note(made["client_id"], None, 1_800_000_000, 0)
    found = json.loads(manager.send("GET", f"{PATH}/{made['id']}").body)["data"]
    assert found["meta"]["timestamps"]["last_used_at"] == "2027-01-15T08:00:00Z"
