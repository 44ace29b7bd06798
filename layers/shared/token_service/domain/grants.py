"""What a token can be: how it was obtained, what it may do at most, and in which form it comes."""

from enum import StrEnum


class Grant(StrEnum):
    """How a token was obtained (RFC 6749; `implicit` is Elastic Path's public read-only grant)."""

    CLIENT_CREDENTIALS = "client_credentials"
    IMPLICIT = "implicit"
    PASSWORD = "password"  # noqa: S105 - a grant's name
    INTEGRATION = "integration"
    # Elastic Path's mechanisms for account members, under their own names.
    PASSWORDLESS = "passwordless"
    SELF_SIGNUP = "self_signup"
    SWITCH_ACCOUNT = "account_management_authentication_token"
    # By an OpenID provider; what a storefront redeems is an authorization code.
    AUTHORIZATION_CODE = "authorization_code"


class Access(StrEnum):
    """What a token may do at most, before any policy looks at the route."""

    READ_ONLY = "read_only"
    FULL = "full"


class TokenFormat(StrEnum):
    """JWT carries its claims (RFC 9068); the others only where their record lies.

    `opaque` is 40 hexadecimal characters, `base36` Magento's 32 of 0-9 and a-z.
    """

    JWT = "jwt"
    OPAQUE = "opaque"
    BASE36 = "base36"
