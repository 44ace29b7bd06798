"""The commands for signing keys. They are made and kept where tokens are signed, never here."""

import click
from token_service.domain.keys import KeyState, PublicKey
from token_service.system import now

from tokenctl.context import Context, OneSentenceGroup
from tokenctl.duration import span
from tokenctl.output import moment, say, say_table

_EMERGENCY = (
    "Withdraw all signing keys? Every JWT issued until now ends: here within 5 minutes, "
    "at gateways that check by themselves within 2 hours. Until then they may refuse new ones"
)


@click.group(cls=OneSentenceGroup)
def keys() -> None:
    """Signing keys: announced, in use, and kept for the tokens that they signed."""


@keys.command("list")
@click.pass_obj
def list_keys(context: Context) -> None:
    """List the published keys, with what became of them and what will."""
    say_table(
        [_summarize(key, now()) for key in context.deployment.published_keys()],
        as_json=context.as_json,
    )


@keys.command()
@click.pass_obj
def rotate(context: Context) -> None:
    """Announce the next key now, or let it sign if it has been announced for long enough."""
    done = context.deployment.rotate_keys("rotate")
    note = "It signs from the first hourly run, or `tokenctl keys rotate`, after that moment."
    _say(context, done, note if done["next"] else "Warm functions follow within 5 minutes.")


@keys.command("replace-compromised")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def replace_compromised(context: Context, *, yes: bool) -> None:
    """Sign with a fresh key at once and trust no former one: every JWT issued until now ends.

    For when a private key may be in the wrong hands. Functions that are warm notice within 5
    minutes; until then they accept what the former keys signed, and sign with them.
    """
    if not yes:
        click.confirm(_EMERGENCY, abort=True, err=True)
    done = context.deployment.rotate_keys("replace_compromised")
    _say(context, done, "Warm functions follow within 5 minutes.")


def _say(context: Context, done: dict[str, object], note: str) -> None:
    may_sign_at = done["next_may_sign_at"]
    facts: dict[str, object] = {
        "steps": done["steps"],
        "current": done["current"],
        "next": done["next"],
        "next_may_sign_at": moment(may_sign_at if isinstance(may_sign_at, int) else None),
    }
    say(facts, as_json=context.as_json, note=note)


def _summarize(key: PublicKey, at: int) -> dict[str, object]:
    waits = key.state is KeyState.NEXT
    return {
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state,
        "age": span(at - key.published_at),
        "published_at": moment(key.published_at),
        "signs_from": moment(key.may_sign_at() if waits else key.signing_since),
        "retired_at": moment(key.retired_at),
        "gone_at": moment(key.over_at()),
    }
