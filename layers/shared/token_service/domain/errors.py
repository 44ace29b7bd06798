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


class InvalidRequest(ServiceError):
    """The request is malformed: a field missing, repeated, too long or undecodable."""

    code = "invalid_request"


class InvalidClient(ServiceError):
    """Client authentication failed; never says whether the client exists."""

    code = "invalid_client"


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


class UnsupportedMediaType(ServiceError):
    """The body is not of a media type the route reads."""

    code = "unsupported_media_type"


class PayloadTooLarge(ServiceError):
    """The body is longer than any legitimate one."""

    code = "payload_too_large"
