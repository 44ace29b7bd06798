"""The key that signs, and what makes tokens with it; only some functions may read it."""

import secrets
from functools import cache

from token_service.domain.keys import SigningKeys
from token_service.domain.mint import MintSettings, TokenMint
from token_service.runtime.environment import environment, secrets_manager
from token_service.runtime.records import tokens
from token_service.store.signing_keys import SecretPrivateKeys
from token_service.system import now


@cache
def private_keys() -> SecretPrivateKeys:
    """The signing key's secret; only functions that issue, rotate or sign answers know its name."""
    return SecretPrivateKeys(secrets_manager(), environment().text("SIGNING_SECRET"))


@cache
def signing_keys() -> SigningKeys:
    """The key to sign with, held and reloaded."""
    return SigningKeys(private_keys().load, now)


@cache
def mint() -> TokenMint:
    """Makes tokens; only functions that may read the signing secret can use it."""
    env = environment()
    return TokenMint(
        tokens=tokens(),
        keys=signing_keys(),
        settings=MintSettings(
            issuer=env.text("ISSUER"), audience=env.text("AUDIENCE"), layout=env.layouts()[-1]
        ),
        now=now,
        random=secrets.token_bytes,
    )
