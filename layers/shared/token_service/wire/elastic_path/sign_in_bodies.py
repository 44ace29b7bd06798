"""Bodies of the requests for shoppers' tokens (docs/platforms/elastic-path.md, 3)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from token_service.domain.limits import LIMITS
from token_service.domain.login import MAX_USERNAME
from token_service.domain.passwords import MAX_PASSWORD
from token_service.wire.elastic_path.envelope import MEMBERS_GIVEN, STORABLE, Body

_MAX_REDIRECT_URI = 512
# The vendor's guide misspells it, so clients may too.
_MISSPELT_PURPOSE, _PURPOSE = "passwordless_authenication", "passwordless_authentication"

_MemberType = Literal["account_management_authentication_token"]


def _by_password_unless_said(data: object) -> object:
    return {"authentication_mechanism": "password"} | data if isinstance(data, dict) else data


def _spelt(purpose: object) -> object:
    return _PURPOSE if purpose == _MISSPELT_PURPOSE else purpose


_Name = Annotated[str, Field(min_length=1, max_length=MAX_USERNAME), STORABLE]
_Password = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_PASSWORD,
        json_schema_extra={"format": "password"},
        repr=False,
    ),
    STORABLE,
]


class SingleSignOnCode:
    """Fields of a body that shows the code of a single sign-on."""

    oauth_authorization_code: Annotated[
        str,
        Field(
            description="What came back to the storefront.",
            min_length=1,
            max_length=LIMITS.token,
            repr=False,
        ),
        STORABLE,
    ]
    oauth_redirect_uri: Annotated[
        str,
        Field(description="Where it came back.", min_length=1, max_length=_MAX_REDIRECT_URI),
        STORABLE,
    ]
    oauth_code_verifier: Annotated[
        _Name, Field(description="What the challenge was made of (RFC 7636).", repr=False)
    ]


class _OfCustomer:
    type: Literal["token"]


class CustomerByPassword(Body, _OfCustomer):
    """A customer's e-mail address and password."""

    model_config = ConfigDict(title="By password")

    authentication_mechanism: Annotated[
        Literal["password"], Field(description="`password` unless said.")
    ] = "password"
    email: _Name
    password: _Password


class CustomerBySingleSignOn(Body, SingleSignOnCode, _OfCustomer):
    """The code of a customer's single sign-on."""

    model_config = ConfigDict(title="By single sign-on")

    authentication_mechanism: Literal["oidc"]


class CustomerSignIn(Body):
    """A request for a customer's token."""

    data: Annotated[
        CustomerByPassword | CustomerBySingleSignOn,
        Field(description="The envelope.", discriminator="authentication_mechanism"),
        BeforeValidator(_by_password_unless_said),
        MEMBERS_GIVEN,
    ]


class _OfMember:
    type: _MemberType


class _OfProfile(_OfMember):
    password_profile_id: Annotated[_Name, Field(json_schema_extra={"format": "uuid"})]
    username: _Name


class MemberByPassword(Body, _OfProfile):
    """A member's name and password."""

    model_config = ConfigDict(title="By password")

    authentication_mechanism: Literal["password"]
    password: _Password


class MemberByOneTimePassword(Body, _OfProfile):
    """A member's name and a one-time password, which was asked for before."""

    model_config = ConfigDict(title="By one-time password")

    authentication_mechanism: Literal["passwordless"]
    one_time_password_token: Annotated[_Name, Field(repr=False)]


class MemberSignUp(Body, _OfProfile):
    """Somebody new, where the deployment lets people sign up."""

    model_config = ConfigDict(title="By self sign-up")

    authentication_mechanism: Literal["self_signup"]
    password: _Password
    name: _Name
    email: _Name


class MemberBySingleSignOn(Body, SingleSignOnCode, _OfMember):
    """The code of a member's single sign-on."""

    model_config = ConfigDict(title="By single sign-on")

    authentication_mechanism: Literal["oidc"]


class MemberSwitch(Body, _OfMember):
    """Another account: the token to switch from is in a header."""

    model_config = ConfigDict(title="By an older token")

    authentication_mechanism: _MemberType


class AccountMemberSignIn(Body):
    """A request for an account member's tokens."""

    data: Annotated[
        MemberByPassword
        | MemberByOneTimePassword
        | MemberSignUp
        | MemberBySingleSignOn
        | MemberSwitch,
        Field(description="The envelope.", discriminator="authentication_mechanism"),
        MEMBERS_GIVEN,
    ]


class OneTimePasswordRecipient(Body):
    """The member to whom a one-time password is sent, and what for."""

    type: Literal["one_time_password_token_request"]
    username: _Name
    purpose: Annotated[
        Literal["reset_password", "passwordless_authentication"],
        Field(description="`passwordless_authentication` unless said."),
        BeforeValidator(_spelt),
    ] = "passwordless_authentication"


class OneTimePasswordRequest(Body):
    """A request to send a one-time password."""

    data: Annotated[OneTimePasswordRecipient, Field(description="The envelope."), MEMBERS_GIVEN]
