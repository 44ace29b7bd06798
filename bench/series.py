"""Which custom metrics a deployment can come to, each of which is paid for by the month.

A metric is a name with one set of dimension values (observability.py). All values are enumerations
of the service's own: no caller can add one.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import walk_packages

import token_service.wire
from token_service.domain.errors import ServiceError
from token_service.domain.model import Grant
from token_service.domain.policy import Verdict
from token_service.wire.authorizer_events import Kind
from token_service.wire.dialect import TokenManagement
from token_service.wire.registry import dialects

# A shop of one dialect with introspection, revocation and an HTTP API behind the authorizer, all of
# them busy at every hour; refusals are the six that misconfigured clients keep making.
USUAL: Mapping[str, int] = {
    "TokensIssued": 2,
    "Introspections": 1,
    "Revocations": 1,
    "Authorizations": 3,
    "Refusals": 6,
    "Sweep…": 6,
    "Key…": 2,
}


def most() -> dict[str, int]:
    """So many of each name at most, every combination of dimension values there."""
    for module in walk_packages(token_service.wire.__path__, "token_service.wire."):
        import_module(module.name)
    named = dialects("https://issuer.test", elastic_path_repeat_data=True, allow_origin="*")
    reasons = {kind.code for kind in _kinds(ServiceError)}
    managing = sum(isinstance(dialect, TokenManagement) for dialect in named)
    return {
        "TokensIssued": len(named) * len(Grant),
        "Introspections": managing,
        "Revocations": len(named),
        "Authorizations": len(Kind) * len(Verdict),
        "Refusals": len(named) * len(reasons),
        "MissedUses": 1,
        "Sweep…": 6,
        "Key…": 2,
    }


def _kinds[T](base: type[T]) -> set[type[T]]:
    """A class and all that are made of it."""
    return {base}.union(*(_kinds(kind) for kind in base.__subclasses__()))
