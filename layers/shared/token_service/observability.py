"""Logs, metrics and traces: one line a request, and never a secret in it.

A line is facts for whoever reads it and counts for CloudWatch (embedded metric format) at once,
since logs are paid for by the byte. Only named facts are logged. Whole events, headers and bodies
hold secrets and never are.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from token_service.domain.rotation import Rotated
    from token_service.domain.sweep import SweepResult
    from token_service.wire.endpoints import Outcome

NAMESPACE = "TokenService"

_COUNTED = {
    "issue": "TokensIssued",
    "introspect": "Introspections",
    "revoke": "Revocations",
}
_MILLISECONDS = 1000
_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Counts:
    """Metrics by name, and which facts of the line are their dimensions beside `service`."""

    values: Mapping[str, float]
    by: tuple[str, ...] = ()

    def embedded(self, now: datetime) -> dict[str, object]:
        """What makes a line count."""
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [["service", *self.by]],
            "Metrics": [{"Name": name} for name in self.values],
        }
        timestamp = int(now.timestamp() * _MILLISECONDS)
        return {**self.values, "_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [directive]}}


class Log:
    """Prints a line of JSON for what becomes of the event at hand."""

    def __init__(self) -> None:
        """No event is at hand yet."""
        self.begin("", None, "", successes=True)

    def begin(
        self, service: str, gateway_id: str | None, function_id: str, *, successes: bool
    ) -> None:
        """Another event is at hand, with API Gateway's id if it came from there, and Lambda's.

        `successes` says whether a success is logged; it is counted in any case.
        """
        self._service = service
        self._gateway_id = gateway_id
        self._function_id = function_id
        self._successes = successes

    def write(
        self,
        level: str,
        message: str,
        facts: Mapping[str, object],
        counts: Counts | None = None,
        *,
        success: bool = False,
    ) -> None:
        """Log these facts, without those that are None or empty, and count."""
        now = datetime.now(UTC)
        line: dict[str, object]
        if success and not self._successes:
            line = {name: facts[name] for name in counts.by} if counts else {}
        else:
            # Lambda has lines of its own about failures alone: else its id leads nowhere.
            function_id = None if success and self._gateway_id else self._function_id
            line = {
                "level": level,
                "timestamp": now.isoformat(timespec="milliseconds"),
                "message": message,
                "correlation_id": self._gateway_id,
                "function_request_id": function_id,
                **facts,
            }
        if counts:
            line |= counts.embedded(now)
        if line:
            line["service"] = self._service
            told = {name: value for name, value in line.items() if value not in (None, "", ())}
            sys.stdout.write(_json(told) + "\n")


log = Log()


def observe(outcome: "Outcome", source: str) -> None:
    """Log and count one HTTP outcome; `source` is the address of who called."""
    facts = outcome.facts() | {"source": source}
    if outcome.result == "ok":
        name = _COUNTED.get(outcome.operation)
        by = ("dialect", "grant") if outcome.grant else ("dialect",)
        counts = Counts({name: 1}, by) if name else None
        log.write("INFO", "request served", facts, counts, success=True)
        return
    facts["reason"] = outcome.result
    # Every combination is a metric to be paid for, and callers choose what they are refused for.
    counts = Counts({"Refusals": 1}, ("dialect", "reason"))
    if outcome.stack:
        log.write("ERROR", "request failed", facts, counts)
    else:
        log.write("WARNING", "request refused", facts, counts)


def observe_authorization(
    kind: str, verdict: str, client_id: str | None, reason: str | None
) -> None:
    """Log and count one authorization."""
    facts = {"kind": kind, "verdict": verdict, "client_id": client_id, "reason": reason}
    counts = Counts({"Authorizations": 1}, ("kind", "verdict"))
    log.write("INFO", "authorized", facts, counts, success=verdict == "allowed")


def observe_missed_use(error: Exception) -> None:
    """Log and count a client's use that could not be noted; the client was served."""
    # The message might name the client's item; the type cannot.
    detail = getattr(error, "safe_detail", type(error).__name__)
    facts = {"detail": detail, "reason": type(error).__name__}
    log.write("WARNING", "use not noted", facts, Counts({"MissedUses": 1}, ("reason",)))


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
    log.write("INFO", "swept", result.as_dict(), Counts(counts))


def observe_rotation(done: "Rotated") -> None:
    """Log and count one run of the key rotation: its steps, and how old the key that signs is."""
    facts = done.as_dict()
    counts = {"KeyAge": facts["key_age"], "KeysPublished": facts["published"]}
    log.write("INFO", "keys rotated", facts, Counts(counts))
