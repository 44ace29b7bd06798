"""/v2/application-keys (contracts/elastic-path.md section 4)."""

import re
from typing import Any

from token_service.domain.application_keys import ApplicationKey, ApplicationKeys, KeyDetails
from token_service.domain.errors import MethodNotAllowed, NotFound
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.elastic_path.envelope import read_data
from token_service.wire.elastic_path.paging import page_links, page_meta, read_window
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.enforce import caller_of
from token_service.wire.http import Request, Response, json_response
from token_service.wire.timestamps import rfc3339
from token_service.wire.uuids import UUID

PATH = "/v2/application-keys"
_TYPE = "application_key"
_KEY = re.compile(rf"{PATH}/([^/]+)/?", re.ASCII)
_KEY_ID = re.compile(UUID, re.ASCII)


class ApplicationKeysEndpoint(Endpoint):
    """Keys are made, listed, changed and deleted by whom the authorizer lets."""

    operation = Operation.MANAGE

    def __init__(
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        keys: ApplicationKeys,
        base_url: str,
    ) -> None:
        """`base_url` is what clients see, without a trailing slash; links begin with it."""
        super().__init__(dialects, observe)
        self._keys = keys
        self._url = base_url + PATH

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        caller = caller_of(request.authorizer)
        status, body = self._answer(request)
        response = (
            Response(status, "", dialect.headers)
            if body is None
            else json_response(status, body, dialect.headers)
        )
        return response, Outcome(self.operation, dialect.name, client_id=caller.subject)

    def _answer(self, request: Request) -> tuple[int, object | None]:
        if request.path.rstrip("/") == PATH:
            return self._answer_of_all(request)
        named = _KEY.fullmatch(request.path)
        if named is None:
            raise NotFound
        return self._answer_of_one(request, named.group(1).lower())

    def _answer_of_all(self, request: Request) -> tuple[int, object]:
        if request.method == "POST":
            return 201, self._written(self._keys.create(_read_details(request)))
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(allow="GET, HEAD, POST, OPTIONS")
        window = read_window(request.query)
        found = self._keys.page(window)
        meta = page_meta(window, found.total) | {"total_reserved_rate_limit": found.reserved}
        return 200, {
            "data": [_data(key) for key in found.keys],
            "links": page_links(self._url, window, found.total),
            "meta": meta,
        }

    def _answer_of_one(self, request: Request, key_id: str) -> tuple[int, object | None]:
        if request.method not in ("GET", "HEAD", "PUT", "DELETE"):
            raise MethodNotAllowed(allow="GET, HEAD, PUT, DELETE, OPTIONS")
        if not _KEY_ID.fullmatch(key_id):
            raise NotFound("application key not found")
        if request.method == "DELETE":
            self._keys.delete(key_id)
            return 204, None
        if request.method == "PUT":
            return 200, self._written(self._keys.update(key_id, _read_details(request)))
        return 200, self._written(self._keys.find(key_id))

    def _written(self, key: ApplicationKey) -> dict[str, object]:
        """One key; its own link at the root, where clients look, and in `data`, as the schema."""
        links = {"self": f"{self._url}/{key.id}"}
        return {"data": _data(key) | {"links": links}, "links": links}


def _read_details(request: Request) -> KeyDetails:
    data = read_data(request.body, _TYPE)
    return KeyDetails(data.text("name"), data.whole_number("reserved_rate_limit"))


def _data(key: ApplicationKey) -> dict[str, Any]:
    secret = {} if key.secret is None else {"client_secret": key.secret}
    return {
        "id": key.id,
        "type": _TYPE,
        "name": key.client.name,
        "client_id": key.client.id,
        **secret,
        "reserved_rate_limit": key.client.reserved_rate_limit,
        "meta": {
            "timestamps": {
                "created_at": rfc3339(key.client.created_at),
                "updated_at": rfc3339(key.updated_at),
                "last_used_at": None if key.last_used_at is None else rfc3339(key.last_used_at),
            }
        },
    }
