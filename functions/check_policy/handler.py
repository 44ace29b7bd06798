"""Refuses a deployment whose policy is broken, as a CloudFormation custom resource.

Its attribute `Documents` names the documents it has read; what obeys them waits for it.
"""

from typing import TYPE_CHECKING

from token_service.domain.policy_order import PolicyError
from token_service.runtime.check_policy import check_policy
from token_service.runtime.handlers import Event, observed
from token_service.wire.custom_resource import Reply, answer

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handle(event: Event, _context: "LambdaContext") -> None:
    """Read the policy; what is wrong with it is no secret."""
    answer(event, _check, public=(PolicyError,))


def _check(event: Event) -> Reply:
    if event["RequestType"] != "Delete":
        check_policy()
    return Reply("policy", {"Documents": event["ResourceProperties"]["Documents"]})


lambda_handler = observed(handle)
