"""Shoppers: customers and account members of Elastic Path."""

import secrets
from functools import cache

from token_service.domain.account_administration import AccountAdministration
from token_service.domain.account_members import AccountMembers, MemberSettings
from token_service.domain.grants import TokenFormat
from token_service.domain.login import Login, LoginSettings
from token_service.domain.one_time_passwords import Passwordless
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.domain.ports import LockOut
from token_service.domain.realms import password_profile_id, realm_id
from token_service.observability import observe
from token_service.runtime.codes import codes
from token_service.runtime.dialects import DialectVariables, dialects_of_clients
from token_service.runtime.environment import dynamodb, functions
from token_service.runtime.records import VerificationVariables, validator
from token_service.runtime.sealing import SealingVariables
from token_service.runtime.signing import MintingVariables, mint
from token_service.settings import Flag, Settings, WholeNumber, load
from token_service.store.accounts import DynamoAccounts
from token_service.store.buyer_accounts import DynamoBuyerAccounts
from token_service.store.login_failures import DynamoLoginFailures
from token_service.store.one_time_password_sender import LambdaSender
from token_service.store.one_time_passwords import DynamoOneTimePasswords
from token_service.system import now, pause
from token_service.wire.elastic_path.customers import CustomerTokens
from token_service.wire.elastic_path.members import MemberSignIn
from token_service.wire.elastic_path.shoppers import ClientOnly, ShopperEndpoint
from token_service.wire.endpoints import Endpoint


class ShopperVariables(
    Settings, MintingVariables, VerificationVariables, SealingVariables, DialectVariables
):
    """Settings of the function `shopper_login`."""

    account_member_token_lifetime: WholeNumber
    account_token_format: TokenFormat
    enable_self_signup: Flag
    one_time_password_sender: str | None = None
    shopper_lock_seconds: WholeNumber
    shopper_max_failures: WholeNumber
    shopper_token_lifetime: WholeNumber


@cache
def _settings() -> ShopperVariables:
    return load(ShopperVariables)


@cache
def endpoint() -> Endpoint:
    """The token endpoints of shoppers."""
    settings = _settings()
    issuer = settings.issuer
    return ShopperEndpoint(
        dialects_of_clients(settings),
        observe,
        callers=ClientOnly(validator(settings), settings.audience),
        customers=CustomerTokens(login(), redeem),
        members=MemberSignIn(
            account_members(),
            redeem,
            validator(settings),
            realm_id(issuer, OwnerKind.ACCOUNT_MEMBER),
            password_profile_id(issuer),
        ),
        base_url=issuer,
    )


def redeem(kind: OwnerKind, code: str, redirect_uri: str, verifier: str) -> OwnerRef:
    """Whom a code of single sign-on stands for; its secret is read at the first one."""
    return codes(_settings()).redeem(kind, code, redirect_uri, verifier)


@cache
def login() -> Login:
    """People's passwords under this dialect's own lock and lifetimes."""
    settings = _settings()
    return Login(
        accounts={kind: accounts(kind) for kind in (OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER)},
        failures=failures(),
        hasher=hasher(),
        mint=mint(settings),
        settings=LoginSettings(
            form=settings.account_token_format,
            customer_lifetime=settings.shopper_token_lifetime,
            lock_out=LockOut(settings.shopper_max_failures, settings.shopper_lock_seconds),
        ),
        now=now,
        random=secrets.token_bytes,
    )


@cache
def account_members() -> AccountMembers:
    """Account members, by every mechanism that this deployment offers."""
    settings = _settings()
    return AccountMembers(
        login=login(),
        passwordless=passwordless(),
        administration=AccountAdministration(
            accounts={OwnerKind.ACCOUNT_MEMBER: accounts(OwnerKind.ACCOUNT_MEMBER)},
            failures=failures(),
            hasher=hasher(),
            now=now,
            random=secrets.token_bytes,
        ),
        buyer_accounts=DynamoBuyerAccounts(dynamodb(), settings.clients_table, pause),
        mint=mint(settings),
        settings=MemberSettings(
            form=settings.account_token_format,
            lifetime=settings.account_member_token_lifetime,
            self_signup=settings.enable_self_signup,
        ),
    )


@cache
def passwordless() -> Passwordless | None:
    """One-time passwords, if the operator has plugged in who sends them."""
    settings = _settings()
    function = settings.one_time_password_sender
    if function is None:
        return None
    return Passwordless(
        members=accounts(OwnerKind.ACCOUNT_MEMBER),
        passwords=DynamoOneTimePasswords(dynamodb(), settings.tokens_table),
        failures=failures(),
        hasher=hasher(),
        sender=LambdaSender(functions(), function),
        now=now,
        random=secrets.token_bytes,
    )


@cache
def accounts(kind: OwnerKind) -> DynamoAccounts:
    """The people of a kind."""
    return DynamoAccounts(dynamodb(), _settings().clients_table, pause, kind)


@cache
def failures() -> DynamoLoginFailures:
    """Attempts, counted together with those of every other dialect."""
    return DynamoLoginFailures(dynamodb(), _settings().tokens_table)


@cache
def hasher() -> PasswordHasher:
    """How passwords are kept."""
    return PasswordHasher(OWASP, secrets.token_bytes)
