"""/v2/application-keys (docs/platforms/elastic-path.md, 4)."""

import re
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from pydantic import AfterValidator, BeforeValidator

from token_service.domain.application_keys import ApplicationKey, ApplicationKeys, KeyDetails
from token_service.domain.errors import NotFound
from token_service.domain.window import Window
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.elastic_path import key_documents as documents
from token_service.wire.elastic_path.answers import (
    FORBIDDEN,
    FORBIDDEN_BY_PATH,
    SECURITY,
    TOO_LARGE,
    common,
    no_content,
    refusal,
    success,
)
from token_service.wire.elastic_path.management import ManagementEndpoint, ManagementResolver
from token_service.wire.elastic_path.paging import (
    DEFAULT_LIMIT,
    LIMIT,
    MAX_LIMIT,
    MAX_OFFSET,
    OFFSET,
    page_links,
    page_meta,
    read_limit,
    read_offset,
)
from token_service.wire.endpoints import Observe
from token_service.wire.timestamps import rfc3339
from token_service.wire.uuids import UUID

PATH = "/v2/application-keys"
_TAGS = ["Elastic Path, application keys"]
_KEY_ID = re.compile(UUID, re.ASCII)
_UNKNOWN = "application key not found"
_TOO_MUCH = "requested reserved rate limit will exceed the maximum"


def _read_key_id(text: str) -> str:
    """A key's id in lower case; a `NotFound` goes through pydantic unchanged."""
    key_id = text.lower()
    if not _KEY_ID.fullmatch(key_id):
        raise NotFound(_UNKNOWN)
    return key_id


KeyId = Annotated[
    str,
    AfterValidator(_read_key_id),
    Path(
        description="The key's id, a UUID. It is not the client's id.",
        json_schema_extra={"minLength": 1, "maxLength": 100},
        openapi_examples={"id": {"value": "APPLICATION_KEY_ID"}},
    ),
]
Offset = Annotated[
    int,
    BeforeValidator(read_offset),
    Query(
        alias=OFFSET,
        description="The number of keys to skip.",
        json_schema_extra={"minimum": 0, "maximum": MAX_OFFSET},
        openapi_examples={"first": {"value": "0"}},
    ),
]
Limit = Annotated[
    int,
    BeforeValidator(read_limit),
    Query(
        alias=LIMIT,
        description="The number of keys on a page.",
        json_schema_extra={"minimum": 1, "maximum": MAX_LIMIT},
        openapi_examples={"default": {"value": str(DEFAULT_LIMIT)}},
    ),
]
NewKey = Annotated[
    documents.NewApplicationKey,
    Body(
        openapi_examples={
            "named": {
                "summary": "A key",
                "value": {"data": {"type": "application_key", "name": "From the documentation"}},
            }
        }
    ),
]
KeyChange = Annotated[
    documents.ApplicationKeyChange,
    Body(
        openapi_examples={
            "renamed": {
                "summary": "Another name",
                "value": {"data": {"type": "application_key", "name": "Renamed"}},
            }
        }
    ),
]
_BAD_PAGE = refusal(
    400,
    "An offset or a limit is out of range or not a whole number.",
    "Bad Request",
    f"The parameter '{LIMIT}' must be a whole number, 1 to {MAX_LIMIT}.",
)
_BAD_BODY = refusal(
    400,
    "The body is not JSON or has no `data`, or a field is missing, repeated or not acceptable.",
    "Bad Request",
    "The field 'name' is required.",
)
_COMMON = common("GET, HEAD, POST, OPTIONS")
_COMMON_OF_ONE = common("GET, HEAD, PUT, DELETE, OPTIONS")
_NO_SUCH_KEY = refusal(404, "There is no such key.", "Not Found", _UNKNOWN)


class ApplicationKeysEndpoint(ManagementEndpoint):
    """CRUD for application keys. The authorizer decides who may call it."""

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
        add_routes(self.app, keys, base_url)


def add_routes(app: ManagementResolver, keys: ApplicationKeys, base_url: str) -> None:
    """Declare the routes of application keys."""
    url = base_url + PATH

    @app.get(
        PATH,
        operation_id="listApplicationKeys",
        tags=_TAGS,
        summary="List the keys",
        description=(
            "Oldest first, without secrets. Includes clients that `tokenctl` created. "
            "HEAD works too."
        ),
        security=SECURITY,
        responses={**success("A page of keys."), **_BAD_PAGE, **FORBIDDEN, **_COMMON},
    )
    def list_keys(offset: Offset = 0, limit: Limit = DEFAULT_LIMIT) -> documents.ApplicationKeyPage:
        window = Window(offset, limit)
        found = keys.page(window)
        return documents.ApplicationKeyPage(
            data=[documents.ListedApplicationKey(**_members(key)) for key in found.keys],
            links=page_links(url, window, found.total),
            meta=documents.ApplicationKeyPageMeta(
                **page_meta(window, found.total), total_reserved_rate_limit=found.reserved
            ),
        )

    @app.post(
        PATH,
        status_code=201,
        operation_id="createApplicationKey",
        tags=_TAGS,
        summary="Create a key",
        description=(
            "Only this answer ever has the secret. With it, the key is a client of every dialect. "
            "The Content-Type is ignored. Unknown fields are ignored; repeated fields are refused."
        ),
        security=SECURITY,
        responses={
            **success("The key, with its secret.", 201),
            **_BAD_BODY,
            **FORBIDDEN,
            **refusal(409, "The reservation exceeds what is left.", "Conflict", _TOO_MUCH),
            **TOO_LARGE,
            **_COMMON,
        },
    )
    def create_key(body: NewKey) -> documents.CreatedApplicationKeyAnswer:
        key = keys.create(_details(body.data))
        links = _own_link(url, key)
        members = _members(key) | {"client_secret": key.secret}
        data = documents.CreatedApplicationKey(**members, links=links)
        return documents.CreatedApplicationKeyAnswer(data=data, links=links)

    @app.get(
        f"{PATH}/<id>",
        operation_id="getApplicationKey",
        tags=_TAGS,
        summary="Read a key",
        description="Without its secret. HEAD works too.",
        security=SECURITY,
        responses={**success("The key."), **FORBIDDEN_BY_PATH, **_NO_SUCH_KEY, **_COMMON_OF_ONE},
    )
    def get_key(id: KeyId) -> documents.ApplicationKeyAnswer:  # noqa: A002 - its name in the path
        return _answer(url, keys.find(id))

    @app.put(
        f"{PATH}/<id>",
        operation_id="updateApplicationKey",
        tags=_TAGS,
        summary="Change a key",
        description="Changes the name, the reservation or both. Absent fields stay as they are.",
        security=SECURITY,
        responses={
            **success("The key."),
            **_BAD_BODY,
            **FORBIDDEN_BY_PATH,
            **_NO_SUCH_KEY,
            **refusal(
                409,
                "The reservation exceeds what is left, or another request changed the key.",
                "Conflict",
                _TOO_MUCH,
            ),
            **TOO_LARGE,
            **_COMMON_OF_ONE,
        },
    )
    def update_key(
        id: KeyId,  # noqa: A002 - its name in the path
        body: KeyChange,
    ) -> documents.ApplicationKeyAnswer:
        return _answer(url, keys.update(id, _details(body.data)))

    @app.delete(
        f"{PATH}/<id>",
        status_code=204,
        operation_id="deleteApplicationKey",
        tags=_TAGS,
        summary="Delete a key",
        description="Its tokens end with it, and its reservation is free again.",
        security=SECURITY,
        responses={
            **no_content("The key is gone."),
            **FORBIDDEN_BY_PATH,
            **_NO_SUCH_KEY,
            **refusal(
                409, "Another request changed the key.", "Conflict", "Write conflict detected"
            ),
            **_COMMON_OF_ONE,
        },
    )
    def delete_key(id: KeyId) -> None:  # noqa: A002 - its name in the path
        keys.delete(id)


def _details(
    data: documents.NewApplicationKeyData | documents.ApplicationKeyChangeData,
) -> KeyDetails:
    return KeyDetails(data.get("name"), data.get("reserved_rate_limit"))


def _answer(url: str, key: ApplicationKey) -> documents.ApplicationKeyAnswer:
    """One key. Clients look for its link at the root, and the platform's schema in `data`."""
    links = _own_link(url, key)
    data = documents.ApplicationKey(**_members(key), links=links)
    return documents.ApplicationKeyAnswer(data=data, links=links)


def _own_link(url: str, key: ApplicationKey) -> documents.OwnLink:
    return {"self": f"{url}/{key.id}"}


def _members(key: ApplicationKey) -> dict[str, Any]:
    timestamps = documents.ApplicationKeyTimestamps(
        created_at=rfc3339(key.client.created_at),
        updated_at=rfc3339(key.updated_at),
        last_used_at=None if key.last_used_at is None else rfc3339(key.last_used_at),
    )
    return {
        "id": key.id,
        "type": "application_key",
        "name": key.client.name,
        "client_id": key.client.id,
        "reserved_rate_limit": key.client.reserved_rate_limit,
        "meta": documents.ApplicationKeyMeta(timestamps=timestamps),
    }
