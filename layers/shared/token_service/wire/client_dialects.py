"""The dialects in which clients ask for tokens, and about them.

Apart from people's, which brings XML along and which functions for clients never meet.
"""

from token_service.wire import simple_store, standard
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.elastic_path.dialect import ElasticPath
from token_service.wire.oauth import OAuthDialect


def client_dialects(
    issuer: str, *, elastic_path_repeat_data: bool = True, allow_origin: str = "*"
) -> tuple[Dialect, ...]:
    """Those of clients, narrowest prefixes first; the last takes every path."""
    return (
        ElasticPath(repeat_data=elastic_path_repeat_data, allow_origin=allow_origin),
        simple_store.dialect(issuer),
        standard.dialect(issuer),
    )


def assertion_audiences(
    issuer: str, operation: Operation, among: tuple[Dialect, ...]
) -> frozenset[str]:
    """What clients may call this server in an assertion (`aud`) when they ask for an operation."""
    return frozenset(
        {issuer}
        | {
            issuer + path
            for dialect in among
            if isinstance(dialect, OAuthDialect)
            for path, served in dialect.routes.items()
            if served in (Operation.ISSUE, operation)
        }
    )
