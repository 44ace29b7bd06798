"""The codes of single sign-on, which two functions share."""

import secrets
from functools import cache

from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.sign_in_codes import SignInCodes
from token_service.runtime.proofs import nonces
from token_service.runtime.sealing import SealingVariables, sealer
from token_service.system import now


@cache
def seals(settings: SealingVariables) -> OneTimeSeals:
    """What travels through a browser and comes back once."""
    nonce_store = nonces(settings.tokens_table)
    return OneTimeSeals(sealer(settings.sealing_secret), nonce_store, now, secrets.token_bytes)


@cache
def codes(settings: SealingVariables) -> SignInCodes:
    """Authorization codes."""
    return SignInCodes(seals(settings))
