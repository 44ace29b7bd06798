"""Issuing tokens to people, in Magento's dialect."""

import secrets
from functools import cache

from token_service.domain.grants import TokenFormat
from token_service.domain.login import Login, LoginSettings
from token_service.domain.owners import OwnerKind
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.domain.ports import LockOut
from token_service.observability import observe
from token_service.runtime.dialects import DialectVariables, all_dialects
from token_service.runtime.environment import dynamodb
from token_service.runtime.records import VerificationVariables, validator
from token_service.runtime.signing import MintingVariables, mint
from token_service.settings import Settings, WholeNumber, load
from token_service.store.accounts import DynamoAccounts
from token_service.store.login_failures import DynamoLoginFailures
from token_service.system import now, pause
from token_service.wire.endpoints import Endpoint
from token_service.wire.magento.endpoint import MagentoEndpoint
from token_service.wire.magento.people import People


class LoginVariables(Settings, MintingVariables, VerificationVariables, DialectVariables):
    """Settings of the function `login`."""

    account_token_format: TokenFormat
    admin_token_lifetime: WholeNumber
    customer_token_lifetime: WholeNumber
    login_lock_seconds: WholeNumber
    login_max_failures: WholeNumber


@cache
def endpoint() -> Endpoint:
    """The token endpoints of people."""
    settings = load(LoginVariables)
    login = Login(
        accounts={
            kind: DynamoAccounts(dynamodb(), settings.clients_table, pause, kind)
            for kind in (OwnerKind.ADMIN, OwnerKind.CUSTOMER)
        },
        failures=DynamoLoginFailures(dynamodb(), settings.tokens_table),
        hasher=PasswordHasher(OWASP, secrets.token_bytes),
        mint=mint(settings),
        settings=LoginSettings(
            form=settings.account_token_format,
            admin_lifetime=settings.admin_token_lifetime,
            customer_lifetime=settings.customer_token_lifetime,
            lock_out=LockOut(settings.login_max_failures, settings.login_lock_seconds),
        ),
        now=now,
        random=secrets.token_bytes,
    )
    people = People(login, validator(settings))
    return MagentoEndpoint(all_dialects(settings), observe, people, settings.issuer)
