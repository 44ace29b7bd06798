"""Metadata (RFC 8414, OpenID Connect Discovery 1.0) and the JWKS (RFC 7517)."""

from contextlib import suppress

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import MethodNotAllowed, NotFound, Unavailable
from token_service.domain.grants import Grant
from token_service.domain.keys import JWKS_MAX_AGE, KeyState, VerificationKeys
from token_service.wire import standard
from token_service.wire.dialect import Dialect
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.http import Request, json_response

JWKS_PATH = "/.well-known/jwks.json"
METADATA_PATHS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
# IdentityServer's place for the same document (docs/platforms/simplestore.md, 3).
_JWKS_PATHS = (JWKS_PATH, "/.well-known/openid-configuration/jwks")
PATHS = (*METADATA_PATHS, *_JWKS_PATHS)
# A new key is published for longer than this before it signs; seconds.
CACHE = {"cache-control": f"public, max-age={JWKS_MAX_AGE}", "access-control-allow-origin": "*"}


class DiscoveryEndpoint(Endpoint):
    """Documents that anybody may read and cache."""

    operation = "discovery"

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        issuer: str,
        keys: VerificationKeys,
        *,
        signed_introspection: bool = False,
        docs_page: bool = True,
    ) -> None:
        """`issuer` has no trailing slash; the switches are parameters of the deployment."""
        super().__init__(dialects, observe)
        self._issuer = issuer
        self._keys = keys
        self._signed_introspection = signed_introspection
        self._docs_page = docs_page

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        if request.path not in PATHS:
            raise NotFound
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(allow="GET, HEAD")
        document = (
            {"keys": [key.published() for key in self._keys.published()]}
            if request.path in _JWKS_PATHS
            else metadata(self._issuer) | self._documentation() | self._signing()
        )
        return json_response(200, document, CACHE), Outcome(self.operation, dialect.name)

    def _documentation(self) -> dict[str, object]:
        """Where people read on, if this deployment serves the page."""
        return {"service_documentation": self._issuer + "/docs"} if self._docs_page else {}

    def _signing(self) -> dict[str, object]:
        """How introspection answers are signed (RFC 9701 section 7), if they are and that is known.

        The rest of the document needs no store, and does not wait for one.
        """
        algorithms: list[str] = []
        if self._signed_introspection:
            with suppress(Unavailable):
                published = self._keys.published()
                algorithms = [k.algorithm for k in published if k.state is KeyState.CURRENT]
        return {"introspection_signing_alg_values_supported": algorithms} if algorithms else {}


def metadata(issuer: str) -> dict[str, object]:
    """What this authorization server does, and where (RFC 8414 section 2)."""
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = list(SigningAlgorithm)
    return {
        "issuer": issuer,
        "token_endpoint": issuer + standard.TOKEN_PATH,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint": issuer + standard.INTROSPECTION_PATH,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint": issuer + standard.REVOCATION_PATH,
        "revocation_endpoint_auth_methods_supported": [*methods, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": algorithms,
        "jwks_uri": issuer + JWKS_PATH,
        "grant_types_supported": [Grant.CLIENT_CREDENTIALS],
        # Required members that say nothing here: no user ever signs in through a redirect.
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [SigningAlgorithm.RS256],
    }
