"""The options by which a client's details are chosen, when it is made and when it is changed."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import click
from token_service.domain.administration import ClientChanges, ClientDetails
from token_service.domain.client_keys import read_jwks
from token_service.domain.model import CLIENT_GRANTS, Grant, Introspection, TokenFormat
from token_service.system import now

from tokenctl.duration import Duration

JWKS_FILE = click.File("rb")


def _as[T](convert: Callable[[Any], T]) -> Callable[..., T | None]:
    """Turn what was given into what the domain calls it; what was not given is None."""

    def callback(_ctx: click.Context, _option: click.Parameter, value: object) -> T | None:
        return None if value in (None, ()) else convert(value)

    return callback


# Not among the details: what a client that is there proves itself with has commands of its own.
jwks_option = click.option(
    "--jwks",
    type=JWKS_FILE,
    callback=_as(lambda file: read_jwks(file.read())),
    help="Its public keys, a file with a JWK Set or a JWK (-: standard input); no secret then.",
)
secret_expiry_option = click.option(
    "--secret-expires-in",
    "secret_expires_at",
    type=Duration(),
    callback=_as(lambda seconds: now() + int(seconds)),
    help="When the new secret ends by itself; never unless chosen.",
)
# Each is called as the detail is that it chooses.
_OPTIONS = (
    click.option(
        "--grant",
        "grants",
        multiple=True,
        type=click.Choice(sorted(grant.value for grant in CLIENT_GRANTS)),
        callback=_as(lambda grants: frozenset(Grant(grant) for grant in grants)),
        help="How it may get tokens; repeatable.",
    ),
    click.option(
        "--scope",
        "scopes",
        multiple=True,
        callback=_as(tuple),
        help="A scope it may ask for; repeatable.",
    ),
    click.option(
        "--audience",
        multiple=True,
        callback=_as(tuple),
        help="Who its tokens are for (aud); repeatable.",
    ),
    click.option(
        "--format",
        "token_format",
        type=click.Choice([choice.value for choice in TokenFormat]),
        callback=_as(TokenFormat),
        help="What its tokens are; jwt unless chosen.",
    ),
    click.option("--lifetime", "token_lifetime", type=Duration(), help="How long its tokens live."),
    click.option(
        "--expires-in",
        "expires_at",
        type=Duration(),
        callback=_as(lambda seconds: now() + int(seconds)),
        help="When the client itself ends.",
    ),
    click.option(
        "--introspection",
        type=click.Choice([choice.value for choice in Introspection]),
        callback=_as(Introspection),
        help="Whose tokens it may ask about: its own (unless chosen), those for the audiences it "
        "serves (a resource server), or any (an administrator).",
    ),
    click.option(
        "--serves",
        multiple=True,
        callback=_as(tuple),
        help="An audience it stands for; repeatable.",
    ),
    click.option(
        "--dpop-bound/--no-dpop-bound",
        default=None,
        help="Give it only tokens that are bound to a key of its own.",
    ),
    click.option(
        "--recorded/--unrecorded",
        default=None,
        help="Keep a record of each of its tokens (as is done unless chosen), or none: for more "
        "than some 10,000 tokens a second, JWTs only. Tokens made without one are refused while "
        "it is --recorded again.",
    ),
)
# What can be cleared, and what it is then.
CLEARED: Mapping[str, tuple[()] | None] = {
    "audience": (),
    "expires_at": None,
    "jwks": (),
    "scopes": (),
    "serves": (),
    "token_lifetime": None,
}


def detail_options[F: Callable[..., object]](command: F) -> F:
    """Give a command these options, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_details(options: Mapping[str, object]) -> ClientDetails:
    """What was given, and nothing else."""
    given = {name: value for name, value in options.items() if value is not None}
    return cast("ClientDetails", given)


def read_changes(
    name: str | None, cleared: tuple[str, ...], options: Mapping[str, object]
) -> ClientChanges:
    """What was given, and what is to be cleared.

    Raises:
        UsageError: nothing was given, or one thing to be set and cleared.

    """
    given: dict[str, object] = {**read_details(options)}
    if name is not None:
        given["name"] = name
    both = given.keys() & cleared
    if both:
        raise click.UsageError(f"{min(both)} is both given and cleared")
    given |= {what: CLEARED[what] for what in cleared}
    if not given:
        raise click.UsageError("nothing to change was given")
    return cast("ClientChanges", given)
