"""Logs, metrics and traces, by Powertools: one line per outcome, and never a secret in it.

Powertools Logger writes the line, and the line carries the embedded metric format (EMF) block that
Powertools Metrics makes. They share a line because CloudWatch bills logs by the byte.
Only named facts are logged. Whole events, headers and bodies hold secrets and never are.
"""

import json
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from traceback import extract_tb
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from token_service.settings import Settings, WholeNumber, load
from token_service.wire.http import request_id

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from token_service.domain.rotation import Rotated
    from token_service.domain.sweep import SweepResult
    from token_service.wire.endpoints import Outcome

type Facts = Mapping[str, object]
type Handler = Callable[[dict[str, Any], "LambdaContext"], dict[str, Any] | None]

NAMESPACE = "TokenService"

_COUNTED = {
    "issue": "TokensIssued",
    "introspect": "Introspections",
    "revoke": "Revocations",
}
# All other metrics are counts.
_UNITS = {"KeyAge": MetricUnit.Seconds, "SweepLag": MetricUnit.Seconds}
# Lambda context that is the same in every line of a log group.
_CONSTANT_KEYS = ("function_name", "function_memory_size", "function_arn")
_WRITERS = {
    logging.INFO: Logger.info,
    logging.WARNING: Logger.warning,
    logging.ERROR: Logger.error,
}
_PERCENT = 100
_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Counts:
    """Metrics by name, and the facts that are their dimensions besides the service."""

    values: Mapping[str, float]
    dimensions: tuple[str, ...] = ()


@cache
def _logger() -> Logger:
    """The function's logger; POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL configure it."""
    untraced: dict[str, Any] = {} if _is_tracing() else {"xray_trace_id": None}
    return Logger(utc=True, use_rfc3339=True, json_serializer=_json, location=None, **untraced)


@cache
def _metrics() -> Metrics:
    """The function's metrics; their dimension `service` is POWERTOOLS_SERVICE_NAME."""
    return Metrics(namespace=NAMESPACE)


class LogVariables(Settings):
    """Settings of every function's log: how many percent of its successes are logged."""

    success_log_sample: WholeNumber


@cache
def _success_sample() -> int:
    """The percentage of successes that have a log line."""
    return load(LogVariables).success_log_sample


def _is_tracing() -> bool:
    """Whether the deployment asked for traces, by Powertools' own variable."""
    return os.environ.get("POWERTOOLS_TRACE_DISABLED") == "false"


def with_request_ids(handle: Handler) -> Handler:
    """Set the handler's log keys: API Gateway's request ID, Lambda's, and the cold start.

    An exception that leaves the handler is logged with them, and raised again.
    """
    logger = _logger()
    _success_sample()  # a malformed setting is found before a request is served

    @wraps(handle)
    def handle_with_ids(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any] | None:
        logger.remove_keys(_CONSTANT_KEYS)
        logger.set_correlation_id(request_id(event))
        try:
            return handle(event, context)
        except Exception as error:
            places = [
                f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)
            ]
            _write(logging.ERROR, "invocation failed", {"detail": _detail(error), "stack": places})
            raise

    return logger.inject_lambda_context(handle_with_ids)


def traced(handle: Handler) -> Handler:
    """Trace the handler and its calls to AWS, if the deployment asked for traces.

    Otherwise Tracer is not even constructed, because loading the X-Ray SDK is slow. Neither what a
    handler returns nor the message of what it raises is in a trace, because both may hold secrets.
    """
    if not _is_tracing():
        return handle
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    tracer = Tracer(patch_modules=["botocore"])

    @wraps(handle)
    def keep_error(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
        # The X-Ray SDK would record the message of an exception that passes through it.
        try:
            return {"answer": handle(event, context)}
        except Exception as error:  # noqa: BLE001 - raised again below
            tracer.put_annotation("error", type(error).__name__)
            return {"error": error}

    capture = tracer.capture_lambda_handler(keep_error, capture_response=False, capture_error=False)

    def handle_traced(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any] | None:
        kept = capture(event, context)
        if "error" in kept:
            raise kept["error"]
        answer: dict[str, Any] | None = kept["answer"]
        return answer

    return handle_traced


def observe(outcome: "Outcome", source: str) -> None:
    """Log and count one HTTP outcome; `source` is the caller's IP address."""
    facts = outcome.facts() | {"source": source}
    if outcome.result == "ok":
        name = _COUNTED.get(outcome.operation)
        dimensions = ("dialect", "grant") if outcome.grant else ("dialect",)
        _write_success("request served", facts, Counts({name: 1}, dimensions) if name else None)
        return
    facts["reason"] = outcome.result
    # Every combination of dimensions is a billed metric, and callers choose why they are refused.
    counts = Counts({"Refusals": 1}, ("dialect", "reason"))
    if outcome.stack:
        _write(logging.ERROR, "request failed", facts, counts)
    else:
        _write(logging.WARNING, "request refused", facts, counts)


def observe_authorization(
    kind: str, verdict: str, client_id: str | None, reason: str | None
) -> None:
    """Log and count one authorization."""
    facts = {"kind": kind, "verdict": verdict, "client_id": client_id, "reason": reason}
    counts = Counts({"Authorizations": 1}, ("kind", "verdict"))
    if verdict == "allowed":
        _write_success("authorized", facts, counts)
    else:
        _write(logging.INFO, "authorized", facts, counts)


def observe_missed_use(error: Exception) -> None:
    """Log and count a failure to note a client's use; the client was served."""
    facts = {"detail": _detail(error), "reason": type(error).__name__}
    _write(logging.WARNING, "use not noted", facts, Counts({"MissedUses": 1}, ("reason",)))


def observe_sweep(result: "SweepResult") -> None:
    """Log and count one sweep."""
    counts = {
        "TokensSwept": result.tokens,
        "SweepReadUnits": result.read_units,
        "SweepWriteUnits": result.write_units,
        "SweepRemainingHours": result.remaining_hours,
        "SweepHeldHours": result.held_hours,
        "SweepLag": result.lag,
    }
    _write(logging.INFO, "swept", result.as_dict(), Counts(counts))


def observe_rotation(done: "Rotated") -> None:
    """Log one run of the key rotation, with the age of the signing key as a metric."""
    facts = done.as_dict()
    counts = {"KeyAge": facts["key_age"], "KeysPublished": facts["published"]}
    _write(logging.INFO, "keys rotated", facts, Counts(counts))


def _write_success(message: str, facts: Facts, counts: Counts | None) -> None:
    """Write a success's line, or its metrics alone if the sample leaves the line out.

    The line of an HTTP request has no Lambda request ID, because Lambda's own log names failures
    only: API Gateway's ID finds everything about a success.
    """
    sample = _success_sample()
    if sample < _PERCENT and secrets.randbelow(_PERCENT) >= sample:
        if counts:
            _count(facts, counts)
            _metrics().flush_metrics()
        return
    keys = _logger().get_current_keys()
    own: dict[str, object] = {"cold_start": keys.get("cold_start") or None}
    if keys.get("correlation_id"):
        own["function_request_id"] = None
    _write(logging.INFO, message, facts, counts, own)


def _write(
    level: int,
    message: str,
    facts: Facts,
    counts: Counts | None = None,
    keys: Facts = MappingProxyType({}),
) -> None:
    """Write one line with every fact that has a value, and the metrics in it.

    `keys` replace keys of the logger, and None leaves one out. Metrics are written at any log
    level.
    """
    logger, line = _logger(), dict(keys)
    line |= {name: value for name, value in facts.items() if value not in (None, "", ())}
    if counts:
        _count(facts, counts)
        if level < logger.log_level:
            _metrics().flush_metrics()
            return
        line |= _metrics().serialize_metric_set()
        _metrics().clear_metrics()
    _WRITERS[level](logger, message, extra=line)


def _count(facts: Facts, counts: Counts) -> None:
    """Add these metrics to those that the next flush writes."""
    for name in counts.dimensions:
        _metrics().add_dimension(name, str(facts[name]))
    for name, value in counts.values.items():
        _metrics().add_metric(name, _UNITS.get(name, MetricUnit.Count), value)


def _detail(error: Exception) -> str:
    """What may be logged of an exception. Its message may not: it could quote a value."""
    return str(getattr(error, "safe_detail", type(error).__name__))
