"""What is printed: for people by default, one JSON document for scripts with --json."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import click
from token_service.domain.client_use import key_last_used, secret_last_used
from token_service.domain.limits import NEVER
from token_service.domain.model import ActiveToken, Client, LastUse


def say(facts: Mapping[str, object], *, as_json: bool, note: str = "") -> None:
    """Print facts; the note is for people only and goes to standard error."""
    if as_json:
        click.echo(json.dumps(facts))
        return
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {_plain(value)}")
    if note:
        click.echo(note, err=True)


def say_table(rows: Iterable[Mapping[str, object]], *, as_json: bool) -> None:
    """Print one line a row under the names of its columns."""
    rows = list(rows)
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("none", err=True)
        return
    lines = [list(rows[0]), *([_plain(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        click.echo(
            "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def describe(client: Client, use: LastUse, now: int) -> dict[str, object]:
    """All of a client but its secrets, of which only the ages are told."""
    return {
        "client_id": client.id,
        "name": client.name,
        "state": state(client, now),
        "public": client.public,
        "grants": sorted(client.grants),
        "scopes": list(client.scopes),
        "audience": list(client.audience),
        "token_format": client.token_format,
        "token_lifetime": client.token_lifetime,
        "introspection": client.introspection,
        "serves": list(client.serves),
        "dpop_bound": client.dpop_bound,
        "recorded": client.recorded,
        "created_at": moment(client.created_at),
        "expires_at": moment(client.expires_at),
        "last_used_at": moment(use.client),
        "secrets": [
            {
                "created_at": moment(secret.created_at),
                "expires_at": moment(secret.expires_at),
                "last_used_at": moment(secret_last_used(use, secret)),
            }
            for secret in client.secrets
        ],
        "jwks": [
            {
                "kid": jwk.get("kid"),
                "kty": jwk.get("kty"),
                "last_used_at": moment(key_last_used(use, jwk)),
            }
            for jwk in client.jwks
        ],
    }


def summarize(client: Client, now: int) -> dict[str, object]:
    """One line of the list."""
    return {
        "client_id": client.id,
        "name": client.name,
        "state": state(client, now),
        "public": client.public,
        "scopes": list(client.scopes),
    }


def describe_token(active: ActiveToken | None) -> dict[str, object]:
    """What introspection would say, for an operator's eyes."""
    if active is None:
        return {"active": False}
    record = active.record
    return {
        "active": True,
        "client_id": record.owner.subject,
        "grant": record.grant,
        "access": record.access,
        "scope": " ".join(record.scope),
        **({} if record.account is None else {"account": record.account}),
        "audience": list(record.audience),
        "format": active.format,
        "issued_at": moment(record.issued_at),
        "expires_at": moment(None if record.expires_at == NEVER else record.expires_at),
    }


def state(client: Client, now: int) -> str:
    """`live`, `disabled` or `expired`."""
    if not client.enabled:
        return "disabled"
    return "live" if client.is_live(now) else "expired"


def moment(seconds: int | None) -> str | None:
    """Seconds since the epoch as ISO 8601 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(value: object) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(entry) for entry in value)
    if isinstance(value, dict):
        return " ".join(f"{name} {_plain(entry)}" for name, entry in value.items())
    return str(value)
