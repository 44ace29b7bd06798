"""What each token may do."""

from functools import cache
from pathlib import Path

from token_service.domain.policy import Policy
from token_service.domain.policy_document import PolicyError, read_policy
from token_service.runtime.environment import environment

_DOCUMENTS = Path(__file__).parent.parent / "policies"


@cache
def policy() -> Policy:
    """What each token may do.

    Raises:
        PolicyError: a document is missing or broken.

    """
    return read_policy({name: _policy_text(name) for name in environment().names("POLICY")})


def _policy_text(name: str) -> str:
    try:
        return (_DOCUMENTS / f"{name}.json").read_text("utf-8")
    except FileNotFoundError as error:
        raise PolicyError(f"{name}: the policies folder has no {name}.json") from error
