"""Issuing tokens to people, in Magento's dialect."""

import secrets
from functools import cache

from token_service.domain.grants import TokenFormat
from token_service.domain.limits import HOUR
from token_service.domain.login import DEFAULT_LOCK_OUT, Login, LoginSettings
from token_service.domain.owners import OwnerKind
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.domain.ports import LockOut
from token_service.observability import observe
from token_service.runtime.dialects import all_dialects
from token_service.runtime.environment import dynamodb, environment
from token_service.runtime.records import validator
from token_service.runtime.signing import mint
from token_service.store.accounts import DynamoAccounts
from token_service.store.login_failures import DynamoLoginFailures
from token_service.system import now, pause
from token_service.wire.endpoints import Endpoint
from token_service.wire.magento.endpoint import MagentoEndpoint
from token_service.wire.magento.people import People


@cache
def endpoint() -> Endpoint:
    """The token endpoints of people."""
    env = environment()
    login = Login(
        accounts={
            kind: DynamoAccounts(dynamodb(), env.text("CLIENTS_TABLE"), pause, kind)
            for kind in (OwnerKind.ADMIN, OwnerKind.CUSTOMER)
        },
        failures=DynamoLoginFailures(dynamodb(), env.text("TOKENS_TABLE")),
        hasher=PasswordHasher(OWASP, secrets.token_bytes),
        mint=mint(),
        settings=LoginSettings(
            form=TokenFormat(env.text("ACCOUNT_TOKEN_FORMAT")),
            admin_lifetime=env.number("ADMIN_TOKEN_LIFETIME", 4 * HOUR),
            customer_lifetime=env.number("CUSTOMER_TOKEN_LIFETIME", HOUR),
            lock_out=LockOut(
                env.number("LOGIN_MAX_FAILURES", DEFAULT_LOCK_OUT.max_failures),
                env.number("LOGIN_LOCK_SECONDS", DEFAULT_LOCK_OUT.seconds),
            ),
        ),
        now=now,
        random=secrets.token_bytes,
    )
    return MagentoEndpoint(all_dialects(), observe, People(login, validator()), env.text("ISSUER"))
