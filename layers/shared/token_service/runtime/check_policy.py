"""Checking the policy documents of a deployment."""

from token_service.runtime.policy import PolicyVariables, policy
from token_service.settings import Settings, load


class CheckPolicyVariables(Settings, PolicyVariables):
    """Settings of the function `check_policy`."""


def check_policy() -> None:
    """Read the policy documents of this deployment.

    Raises:
        PolicyError: a document is missing or broken.

    """
    policy(load(CheckPolicyVariables).policy)
