"""The codes of single sign-on, which two functions share."""

import secrets
from functools import cache

from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.sign_in_codes import SignInCodes
from token_service.runtime.proofs import nonces
from token_service.runtime.sealing import sealer
from token_service.system import now


@cache
def seals() -> OneTimeSeals:
    """What travels through a browser and comes back once."""
    return OneTimeSeals(sealer(), nonces(), now, secrets.token_bytes)


@cache
def codes() -> SignInCodes:
    """Authorization codes."""
    return SignInCodes(seals())
