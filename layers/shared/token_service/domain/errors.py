"""Every way the service says no, as data: a stable code, a public sentence, a private detail.

A dialect turns one of these into its own status and body; only `public` may leave the service.
"""


class ServiceError(Exception):
    """A refusal. `code` is the OAuth error code (RFC 6749 section 5.2) or its nearest kin."""

    code = "server_error"

    def __init__(self, public: str = "", *, detail: str = "") -> None:
        """`public` is sent to the caller; `detail` goes to the log only and holds no secret."""
        super().__init__(detail or public or self.code)
        self.public = public
        self.detail = detail
        # Whom the refusal is about, as far as is known: a client id or a subject. It may be any
        # text of a caller, so that only a digest of it may be logged.
        self.about = ""


class InvalidRequest(ServiceError):
    """The request is malformed: a field missing, repeated, too long or undecodable."""

    code = "invalid_request"


class InvalidClient(ServiceError):
    """Client authentication failed; never says whether the client exists."""

    code = "invalid_client"


class TooManyFailures(ServiceError):
    """Client authentication failed once more than it may; `retry_after` is in seconds.

    RFC 6585 section 4. Says no more of the client than InvalidClient does.
    """

    code = "too_many_failures"

    def __init__(self, retry_after: int) -> None:
        """`retry_after` seconds from now failures are told as such again."""
        super().__init__("too many failed attempts; try again later")
        self.retry_after = retry_after


class InvalidGrant(ServiceError):
    """A person's name and password do not go together, or the name is locked; never which."""

    code = "invalid_grant"


class NotOffered(ServiceError):
    """The deployment does not offer this; the operator may switch it on."""

    code = "not_offered"


class NameTaken(ServiceError):
    """Somebody else has this name."""

    code = "name_taken"


class NoRole(ServiceError):
    """The right password of an account that may use nothing."""

    code = "no_role"


class UnauthorizedClient(ServiceError):
    """The authenticated client may not use this grant."""

    code = "unauthorized_client"


class UnsupportedGrantType(ServiceError):
    """No such grant in this dialect."""

    code = "unsupported_grant_type"


class InvalidScope(ServiceError):
    """The scope asked for is malformed or exceeds what the client holds."""

    code = "invalid_scope"


class InvalidTarget(ServiceError):
    """The resource asked for is malformed, or none that the client's tokens may be for."""

    code = "invalid_target"


class InvalidProof(ServiceError):
    """A DPoP proof that is not one, or not for this request (RFC 9449 section 5)."""

    code = "invalid_dpop_proof"


class ProofRequired(ServiceError):
    """A client that may have bound tokens only sent no proof (RFC 9449 section 5.2).

    The RFC names no code; this is what node-oidc-provider answers.
    """

    code = "invalid_grant"


class NonceRequired(ServiceError):
    """A DPoP proof without this server's nonce, or with an old one (RFC 9449 section 8)."""

    code = "use_dpop_nonce"

    def __init__(self, nonce: str) -> None:
        """`nonce` is what the next proof has to hold."""
        super().__init__("a DPoP proof must hold this server's nonce")
        self.nonce = nonce


class UnsupportedTokenType(ServiceError):
    """The token type hint names no type this service knows (RFC 7009 section 2.2.1)."""

    code = "unsupported_token_type"


class Unavailable(ServiceError):
    """The store did not answer. Nothing is known, so nothing is claimed: try again."""

    code = "temporarily_unavailable"


class NotFound(ServiceError):
    """No such route."""

    code = "not_found"


class MethodNotAllowed(ServiceError):
    """The route exists; the method does not."""

    code = "method_not_allowed"

    def __init__(self, allow: str) -> None:
        """`allow` lists the methods that do work, as the Allow header does (RFC 9110)."""
        super().__init__(f"The method is not allowed here; use {allow}.")
        self.allow = allow


class Conflict(ServiceError):
    """The request is in order, and what is stored does not let it be."""

    code = "conflict"


class UnsupportedMediaType(ServiceError):
    """The body is not of a media type the route reads."""

    code = "unsupported_media_type"


class PayloadTooLarge(ServiceError):
    """The body is longer than any legitimate one."""

    code = "payload_too_large"
