"""What each token may do."""

from functools import cache
from pathlib import Path

from token_service.domain.policy import Policy
from token_service.domain.policy_order import PolicyError
from token_service.settings import Names
from token_service.wire.policy_document import read_policy

_DOCUMENTS = Path(__file__).parent.parent / "policies"


class PolicyVariables:
    """The names of the policy documents."""

    policy: Names


@cache
def policy(names: tuple[str, ...]) -> Policy:
    """What each token may do, by the documents of these names.

    Raises:
        PolicyError: a document is missing or broken.

    """
    return read_policy({name: _policy_text(name) for name in names})


def _policy_text(name: str) -> str:
    try:
        return (_DOCUMENTS / f"{name}.json").read_text("utf-8")
    except FileNotFoundError as error:
        raise PolicyError(f"{name}: the policies folder has no {name}.json") from error
