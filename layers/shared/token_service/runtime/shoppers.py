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
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import dynamodb, environment, functions
from token_service.runtime.records import validator
from token_service.runtime.signing import mint
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


@cache
def endpoint() -> Endpoint:
    """The token endpoints of shoppers."""
    env = environment()
    issuer = env.text("ISSUER")
    return ShopperEndpoint(
        dialects_of_clients(),
        observe,
        callers=ClientOnly(validator(), env.text("AUDIENCE")),
        customers=CustomerTokens(login(), redeem),
        members=MemberSignIn(
            account_members(),
            redeem,
            validator(),
            realm_id(issuer, OwnerKind.ACCOUNT_MEMBER),
            password_profile_id(issuer),
        ),
        base_url=issuer,
    )


def redeem(kind: OwnerKind, code: str, redirect_uri: str, verifier: str) -> OwnerRef:
    """Whom a code of single sign-on stands for; its secret is read at the first one."""
    return codes().redeem(kind, code, redirect_uri, verifier)


@cache
def login() -> Login:
    """People's passwords under this dialect's own lock and lifetimes."""
    env = environment()
    return Login(
        accounts={kind: accounts(kind) for kind in (OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER)},
        failures=failures(),
        hasher=hasher(),
        mint=mint(),
        settings=LoginSettings(
            form=TokenFormat(env.text("ACCOUNT_TOKEN_FORMAT")),
            customer_lifetime=env.number("SHOPPER_TOKEN_LIFETIME"),
            lock_out=LockOut(
                env.number("SHOPPER_MAX_FAILURES"), env.number("SHOPPER_LOCK_SECONDS")
            ),
        ),
        now=now,
        random=secrets.token_bytes,
    )


@cache
def account_members() -> AccountMembers:
    """Account members, by every mechanism that this deployment offers."""
    env = environment()
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
        buyer_accounts=DynamoBuyerAccounts(dynamodb(), env.text("CLIENTS_TABLE"), pause),
        mint=mint(),
        settings=MemberSettings(
            form=TokenFormat(env.text("ACCOUNT_TOKEN_FORMAT")),
            lifetime=env.number("ACCOUNT_MEMBER_TOKEN_LIFETIME"),
            self_signup=env.flag("ENABLE_SELF_SIGNUP", default=False),
        ),
    )


@cache
def passwordless() -> Passwordless | None:
    """One-time passwords, if the operator has plugged in who sends them."""
    env = environment()
    function = env.optional("ONE_TIME_PASSWORD_SENDER")
    if function is None:
        return None
    return Passwordless(
        members=accounts(OwnerKind.ACCOUNT_MEMBER),
        passwords=DynamoOneTimePasswords(dynamodb(), env.text("TOKENS_TABLE")),
        failures=failures(),
        hasher=hasher(),
        sender=LambdaSender(functions(), function),
        now=now,
        random=secrets.token_bytes,
    )


@cache
def accounts(kind: OwnerKind) -> DynamoAccounts:
    """The people of a kind."""
    table = environment().text("CLIENTS_TABLE")
    return DynamoAccounts(dynamodb(), table, pause, kind)


@cache
def failures() -> DynamoLoginFailures:
    """Attempts, counted together with those of every other dialect."""
    return DynamoLoginFailures(dynamodb(), environment().text("TOKENS_TABLE"))


@cache
def hasher() -> PasswordHasher:
    """How passwords are kept."""
    return PasswordHasher(OWASP, secrets.token_bytes)
