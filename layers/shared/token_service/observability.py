"""Logs, metrics and traces: one line and a few counts a request, and never a secret in them.

Only named facts are logged. Whole events, headers and bodies hold secrets and never are.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from token_service.domain.rotation import Rotated
from token_service.domain.sweep import SweepResult
from token_service.wire.endpoints import Outcome

NAMESPACE = "TokenService"

# At its debug level oauthlib would log the secrets that it checks signatures with.
logging.getLogger("oauthlib").setLevel(logging.WARNING)

logger = Logger(use_rfc3339=True, utc=True)

_COUNTED = {
    "issue": "TokensIssued",
    "introspect": "Introspections",
    "revoke": "Revocations",
}


def observe(outcome: Outcome) -> None:
    """Log and count one HTTP outcome."""
    facts = {name: value for name, value in asdict(outcome).items() if value not in (None, ())}
    if outcome.stack:
        logger.error("request failed", **facts)
    elif outcome.result == "ok":
        logger.info("request served", **facts)
    else:
        logger.warning("request refused", **facts)
    if outcome.result == "ok":
        name = _COUNTED.get(outcome.operation)
        dimensions = {"dialect": outcome.dialect, "grant": outcome.grant or "none"}
    else:
        name = "Refusals"
        dimensions = {
            "dialect": outcome.dialect,
            "operation": outcome.operation,
            "reason": outcome.result,
        }
    if name:
        count(name, dimensions)


def observe_authorization(
    kind: str, verdict: str, client_id: str | None, reason: str | None
) -> None:
    """Log and count one authorization."""
    logger.info("authorized", kind=kind, verdict=verdict, client_id=client_id, reason=reason)
    count("Authorizations", {"kind": kind, "verdict": verdict})


def observe_missed_use(error: Exception) -> None:
    """Log and count a client's use that could not be noted; the client was served."""
    # The message might name the client's item; the type cannot.
    logger.warning("use not noted", detail=type(error).__name__)
    count("MissedUses", {"reason": type(error).__name__})


def observe_sweep(result: SweepResult) -> None:
    """Log and count one sweep."""
    logger.info("swept", extra=result.as_dict())
    metrics = Metrics(namespace=NAMESPACE)
    for name, unit, value in (
        ("TokensSwept", MetricUnit.Count, result.tokens),
        ("SweepReadUnits", MetricUnit.Count, result.read_units),
        ("SweepWriteUnits", MetricUnit.Count, result.write_units),
        ("SweepRemainingHours", MetricUnit.Count, result.remaining_hours),
        ("SweepHeldHours", MetricUnit.Count, result.held_hours),
        ("SweepLag", MetricUnit.Seconds, result.lag),
    ):
        metrics.add_metric(name, unit, value)
    metrics.flush_metrics()


def observe_rotation(done: Rotated) -> None:
    """Log and count one run of the key rotation: its steps, and how old the key that signs is."""
    facts = done.as_dict()
    logger.info("keys rotated", extra=facts)
    metrics = Metrics(namespace=NAMESPACE)
    metrics.add_metric("KeyAge", MetricUnit.Seconds, facts["key_age"])
    metrics.add_metric("KeysPublished", MetricUnit.Count, facts["published"])
    metrics.flush_metrics()


def count(name: str, dimensions: Mapping[str, str]) -> None:
    """Count one event under these dimensions."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)
