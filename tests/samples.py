"""Clients and token records with every detail filled in, to be changed where a test cares."""

from dataclasses import replace
from typing import Any

from token_service.domain.clients import secret_digest
from token_service.domain.location import DEFAULT_LAYOUT
from token_service.domain.model import (
    CLIENT_KIND,
    Access,
    Client,
    Grant,
    OwnerRef,
    Secret,
    TokenRecord,
)

NOW = 1_800_000_000
SECRET = "s3cret-" + "x" * 36
OWNER = OwnerRef(CLIENT_KIND, "shop")
EPOCH = "0123456789abcdef"

_CLIENT = Client(
    id=OWNER.id,
    name="Shop",
    epoch=EPOCH,
    created_at=NOW - 1000,
    secrets=(Secret(secret_digest(SECRET), NOW - 1000),),
    scopes=("read", "write"),
    audience=("https://api.example.test",),
)
_RECORD = TokenRecord(
    handle="08" + "ab" * 16,
    layout=DEFAULT_LAYOUT,
    owner=OWNER,
    epoch=EPOCH,
    issued_at=NOW,
    expires_at=NOW + 3600,
    grant=Grant.CLIENT_CREDENTIALS,
    access=Access.FULL,
    audience=("https://api.example.test",),
    scope=("read", "write"),
)


def a_client(**changes: Any) -> Client:  # noqa: ANN401 - any field of a Client
    """A confidential client named shop."""
    return replace(_CLIENT, **changes)


def a_record(**changes: Any) -> TokenRecord:  # noqa: ANN401 - any field of a TokenRecord
    """The record of one of shop's tokens, which expires in an hour."""
    return replace(_RECORD, **changes)
