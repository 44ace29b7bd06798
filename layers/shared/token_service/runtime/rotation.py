"""Moving the signing keys through their lives."""

import secrets
from functools import cache

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.limits import DAY
from token_service.domain.rotation import KeyRotation, RotationPolicy
from token_service.runtime.environment import environment
from token_service.runtime.signing import private_keys
from token_service.runtime.verification import public_keys
from token_service.system import now


@cache
def key_rotation() -> KeyRotation:
    """Moves this deployment's keys through their lives."""
    return KeyRotation(public_keys(), private_keys(), now, secrets.token_bytes)


def rotation_policy() -> RotationPolicy:
    """What keys the operator wants, and how often new ones."""
    env = environment()
    algorithm = SigningAlgorithm(env.text("SIGNING_ALGORITHM"))
    return RotationPolicy(algorithm, env.number("KEY_ROTATION_DAYS", 0) * DAY or None)
