"""The key that signs, and what makes tokens with it; only some functions may read it."""

import secrets
from functools import cache

from token_service.domain.keys import SigningKeys
from token_service.domain.mint import MintSettings, TokenMint
from token_service.runtime.environment import secrets_manager
from token_service.runtime.records import tokens
from token_service.settings import Layouts, Tables
from token_service.store.signing_keys import SecretPrivateKeys
from token_service.system import now


class SigningVariables:
    """Variables of the functions that may read the signing key."""

    signing_secret: str


class MintingVariables(Tables, SigningVariables):
    """Variables of the functions that issue tokens."""

    audience: str
    issuer: str
    token_layouts: Layouts


@cache
def private_keys(secret: str) -> SecretPrivateKeys:
    """The signing key's secret; only functions that issue, rotate or sign answers know its name."""
    return SecretPrivateKeys(secrets_manager(), secret)


@cache
def signing_keys(secret: str) -> SigningKeys:
    """The key to sign with, held and reloaded."""
    return SigningKeys(private_keys(secret).load, now)


@cache
def mint(settings: MintingVariables) -> TokenMint:
    """Makes tokens; only functions that may read the signing secret can use it."""
    return TokenMint(
        tokens=tokens(settings.tokens_table, settings.clients_table),
        keys=signing_keys(settings.signing_secret),
        settings=MintSettings(
            issuer=settings.issuer, audience=settings.audience, layout=settings.token_layouts[-1]
        ),
        now=now,
        random=secrets.token_bytes,
    )
