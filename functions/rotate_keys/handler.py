"""Makes the deployment's signing keys and its seed of nonces, as a CloudFormation custom resource.

Its attribute `Since` is when the first key was made, in seconds: no token is older, so the first
sweep begins there.
"""

from typing import TYPE_CHECKING

from token_service import runtime
from token_service.domain.algorithms import SigningAlgorithm
from token_service.wire.custom_resource import Reply, answer

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handle(event: runtime.Event, _context: "LambdaContext") -> None:
    """Have a key of the wanted algorithm; deleting is the stack's own business."""
    answer(event, _ensure)


def _ensure(event: runtime.Event) -> Reply:
    if event["RequestType"] == "Delete":
        return Reply("signing-keys", {})
    runtime.make_nonce_seed()
    algorithm = SigningAlgorithm(event["ResourceProperties"]["Algorithm"])
    keyring = runtime.key_rotation().ensure(algorithm)
    return Reply("signing-keys", {"Since": str(keyring.since)})


lambda_handler = runtime.observed(handle)
