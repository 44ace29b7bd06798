"""The JSON documents of application keys: request bodies and answers."""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from token_service.domain.client_details import MAX_NAME
from token_service.wire.elastic_path.paging import MAX_LIMIT, PageLinks, PagePlace, PageResults

Kind = Literal["application_key"]
Identifier = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]
# The domain refuses other names, in words of its own.
Name = Annotated[
    str,
    Field(
        description="Printable characters.",
        examples=["Storefront"],
        json_schema_extra={"minLength": 1, "maxLength": MAX_NAME},
    ),
]
Reservation = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        description="Requests per second reserved for this key, out of the store's limit.",
        examples=[0],
    ),
]


class NewApplicationKeyData(TypedDict):
    """The envelope."""

    type: Kind
    name: Name
    reserved_rate_limit: NotRequired[Reservation]


class NewApplicationKey(BaseModel):
    """The body that creates a key."""

    data: NewApplicationKeyData


class ApplicationKeyChangeData(TypedDict):
    """The envelope. Absent members stay as they are."""

    type: Kind
    name: NotRequired[Name]
    reserved_rate_limit: NotRequired[Reservation]


class ApplicationKeyChange(BaseModel):
    """The body that changes a key."""

    data: ApplicationKeyChangeData


class Told(BaseModel):
    """An answer, or a part of one: exactly these members."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnLink(TypedDict):
    """The address of this document."""

    self: Annotated[str, Field(json_schema_extra={"format": "uri"})]


class ApplicationKeyTimestamps(Told):
    """Moments in UTC (RFC 3339)."""

    created_at: Moment
    updated_at: Moment
    last_used_at: Annotated[
        Moment | None, Field(description="To the hour; null before the first use.")
    ]


class ApplicationKeyMeta(Told):
    """Facts about a key."""

    timestamps: ApplicationKeyTimestamps


class ListedApplicationKey(Told):
    """A key in a list."""

    id: Identifier
    type: Kind
    name: str
    client_id: Annotated[str, Field(min_length=1)]
    reserved_rate_limit: Count
    meta: ApplicationKeyMeta


class ApplicationKey(ListedApplicationKey):
    """A key."""

    links: OwnLink


class CreatedApplicationKey(ApplicationKey):
    """A new key, with its secret. No later answer has the secret."""

    client_secret: Annotated[str, Field(min_length=1, repr=False)]


class ApplicationKeyAnswer(Told):
    """One key."""

    data: ApplicationKey
    links: OwnLink


class CreatedApplicationKeyAnswer(Told):
    """One new key."""

    data: CreatedApplicationKey
    links: OwnLink


class ApplicationKeyPageMeta(Told):
    """Which page this is, and what all keys have reserved together."""

    page: PagePlace
    results: PageResults
    total_reserved_rate_limit: Count


class ApplicationKeyPage(Told):
    """A page of keys."""

    data: Annotated[list[ListedApplicationKey], Field(max_length=MAX_LIMIT)]
    links: PageLinks
    meta: ApplicationKeyPageMeta
