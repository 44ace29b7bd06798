"""Every dialect this deployment speaks, and which one answers on which path."""

from token_service.wire import simple_store, standard
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.elastic_path.dialect import ElasticPath
from token_service.wire.magento.dialect import Magento
from token_service.wire.oauth import OAuthDialect


def dialects(
    issuer: str, *, elastic_path_repeat_data: bool = True, allow_origin: str = "*"
) -> tuple[Dialect, ...]:
    """All dialects, narrowest prefixes first."""
    return (
        ElasticPath(repeat_data=elastic_path_repeat_data, allow_origin=allow_origin),
        simple_store.dialect(issuer),
        Magento(),
        standard.dialect(issuer),
    )


def dialect_for(path: str, among: tuple[Dialect, ...]) -> Dialect:
    """The dialect in which a path is answered, whether or not there is a route."""
    return next(d for d in among if any(path.startswith(prefix) for prefix in d.prefixes))


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
