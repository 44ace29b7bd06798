"""Rotates the deployment's signing keys, and makes the seed of its nonces.

EventBridge Scheduler calls it every hour to do what is due. CloudFormation calls it as a custom
resource, whose attribute `Since` is when the first key was made, in seconds: no token is older, so
the first sweep begins there. An operator (`tokenctl keys`) calls it with an `action`.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.rotation import KeyRotation, Rotated
from token_service.observability import observe_rotation
from token_service.runtime.handlers import Event, observed
from token_service.runtime.rotation import key_rotation, make_nonce_seed, rotation_policy
from token_service.wire.custom_resource import Reply, answer
from token_service.wire.direct_events import RotationEvent, read_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import CloudFormationCustomResourceEvent
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ACTIONS = {
    "advance": KeyRotation.advance,
    "rotate": KeyRotation.rotate,
    "replace_compromised": KeyRotation.replace_compromised,
}


def handle(event: Event, _context: "LambdaContext") -> dict[str, object] | None:
    """Do what is due, or what is asked for; the answer holds no key.

    Every run makes the seed if there is none: a stack may be older
    than nonces, or its table restored.

    Raises:
        EventError: an unknown action; guessing could end every token.
        Unavailable: a store did not answer, or others kept interfering; Lambda tries again.

    """
    if "RequestType" in event:
        answer(event, _ensure)
        return None
    act = _ACTIONS[read_event(RotationEvent, event).action]
    make_nonce_seed()
    return _told(act(key_rotation(), rotation_policy()))


def _ensure(event: "CloudFormationCustomResourceEvent") -> Reply:
    """Have a key; deleting is the stack's own business."""
    if event.request_type == "Delete":
        return Reply("signing-keys", {})
    make_nonce_seed()
    algorithm = SigningAlgorithm(event.resource_properties["Algorithm"])
    policy = replace(rotation_policy(), algorithm=algorithm)
    done = key_rotation().advance(policy)
    _told(done)
    return Reply("signing-keys", {"Since": str(done.keyring.since)})


def _told(done: Rotated) -> dict[str, object]:
    observe_rotation(done)
    return done.as_dict()


lambda_handler = observed(handle, key_rotation)
