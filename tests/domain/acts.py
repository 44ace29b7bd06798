"""What tests do with a service again and again."""

from typing import Any

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.issue import IssueRequest
from token_service.domain.model import (
    CLIENT_GRANTS,
    Client,
    ClientCredentials,
    Grant,
    IssuedToken,
    TokenFormat,
)

from tests.service import Service

# Every kind of token, by what a client is made with to get such.
KINDS: dict[str, dict[str, Any]] = {form: {"token_format": form} for form in TokenFormat} | {
    "unrecorded": {"recorded": False}
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def register(service: Service, **details: Any) -> tuple[Client, ClientCredentials]:  # noqa: ANN401 - any field of a NewClient
    """A new client and what it authenticates with."""
    made = service.administration.create(NewClient(**{"name": "Shop", "id": "shop", **details}))
    return made.client, ClientCredentials(made.client.id, made.secret)


def issue(
    service: Service,
    credentials: ClientCredentials | None,
    grant: str | None = Grant.CLIENT_CREDENTIALS,
    scope: str | None = None,
) -> IssuedToken:
    """A token, in a dialect that offers every grant there is for clients."""
    return service.issuer.issue(IssueRequest(grant, credentials, CLIENT_GRANTS, scope))


def token_of(service: Service, **details: Any) -> IssuedToken:  # noqa: ANN401 - any field of a NewClient
    """A token of a client made for it."""
    _, credentials = register(service, **details)
    return issue(service, credentials)
