"""The commands for clients: applications that may ask for tokens."""

import sys
from typing import BinaryIO

import click
from token_service.domain.administration import IssuedSecret, NewClient
from token_service.domain.client_keys import read_jwks
from token_service.domain.owners import Client
from token_service.system import now

from tokenctl.client_options import (
    CLEARED,
    JWKS_FILE,
    detail_options,
    jwks_option,
    read_changes,
    read_details,
    secret_expiry_option,
)
from tokenctl.context import Context, OneSentenceGroup
from tokenctl.duration import Duration
from tokenctl.output import describe, moment, say, say_table, summarize


@click.group(cls=OneSentenceGroup)
def clients() -> None:
    """Applications that may ask for tokens."""


@clients.command()
@click.option("--name", required=True, help="What people call it.")
@click.option("--id", "client_id", help="Keep an id from elsewhere instead of a generated one.")
@click.option(
    "--secret-stdin", is_flag=True, help="Keep a secret from elsewhere, read from standard input."
)
@secret_expiry_option
@click.option("--public", is_flag=True, help="No secret: for browsers, implicit tokens only.")
@jwks_option
@detail_options
@click.pass_obj
def create(  # noqa: PLR0913 - an option each
    context: Context,
    /,
    *,
    name: str,
    client_id: str | None,
    secret_stdin: bool,
    secret_expires_at: int | None,
    public: bool,
    **options: object,
) -> None:
    """Register a client; its secret is printed now and never again."""
    details = NewClient(
        name=name,
        id=client_id,
        secret=sys.stdin.readline().rstrip("\r\n") if secret_stdin else None,
        secret_expires_at=secret_expires_at,
        public=public,
        **read_details(options),
    )
    _say_secret(context, context.deployment.administration.create(details))


@clients.command("list")
@click.pass_obj
def list_clients(context: Context) -> None:
    """List all clients by name."""
    found = sorted(context.deployment.administration.list(), key=lambda client: client.name)
    say_table([summarize(client, now()) for client in found], as_json=context.as_json)


@clients.command()
@click.argument("client_id")
@click.pass_obj
def show(context: Context, client_id: str) -> None:
    """Show one client, and when it was last used; never its secrets."""
    _say_client(context, context.deployment.administration.show(client_id))


@clients.command()
@click.argument("client_id")
@click.pass_obj
def disable(context: Context, client_id: str) -> None:
    """Refuse the client and all its tokens from the next check on."""
    client = context.deployment.administration.set_enabled(client_id, enabled=False)
    say({"client_id": client.id, "state": "disabled"}, as_json=context.as_json)


@clients.command()
@click.argument("client_id")
@click.pass_obj
def enable(context: Context, client_id: str) -> None:
    """Let a disabled client in again, with its tokens that have not expired."""
    client = context.deployment.administration.set_enabled(client_id, enabled=True)
    say({"client_id": client.id, "state": "live"}, as_json=context.as_json)


@clients.command()
@click.argument("client_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(context: Context, client_id: str, *, yes: bool) -> None:
    """Remove a client; its tokens end with it."""
    if not yes:
        name = context.deployment.administration.show(client_id).name
        click.confirm(f"Delete {name} ({client_id}) and end its tokens?", abort=True, err=True)
    context.deployment.administration.delete(client_id)
    say({"client_id": client_id, "state": "deleted"}, as_json=context.as_json)


@clients.command()
@click.argument("client_id")
@click.option("--name", help="What people call it.")
@detail_options
@click.option(
    "--clear",
    "cleared",
    multiple=True,
    type=click.Choice(sorted(CLEARED)),
    help="Make it empty, or as it is where nothing was chosen; repeatable.",
)
@click.pass_obj
def update(
    context: Context,
    /,
    client_id: str,
    *,
    name: str | None,
    cleared: tuple[str, ...],
    **options: object,
) -> None:
    """Change what is given and nothing else; a list is replaced by the one given."""
    changes = read_changes(name, cleared, options)
    _say_client(context, context.deployment.administration.update(client_id, **changes))


@clients.command("set-jwks")
@click.argument("client_id")
@click.argument("file", type=JWKS_FILE)
@click.pass_obj
def set_jwks(context: Context, client_id: str, file: BinaryIO) -> None:
    """Replace the public keys that a client proves itself with; secrets that it had end now.

    FILE is a JWK Set or one JWK, - for standard input. For a rotation, give the old key and the
    new one together first.
    """
    jwks = read_jwks(file.read())
    _say_client(context, context.deployment.administration.update(client_id, jwks=jwks))


@clients.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--overlap", type=Duration(), default="24h", show_default=True, help="How long the old works."
)
@secret_expiry_option
@click.pass_obj
def rotate_secret(
    context: Context, client_id: str, overlap: int, secret_expires_at: int | None
) -> None:
    """Make a new secret, printed now and never again; the old one works on for the overlap."""
    administration = context.deployment.administration
    _say_secret(context, administration.rotate_secret(client_id, overlap, secret_expires_at))


@clients.command("revoke-tokens")
@click.argument("client_id")
@click.pass_obj
def revoke_tokens(context: Context, client_id: str) -> None:
    """End every token of a client with one write; it may ask for new ones."""
    client = context.deployment.administration.revoke_tokens(client_id)
    say({"client_id": client.id, "tokens": "revoked"}, as_json=context.as_json)


def _say_client(context: Context, client: Client) -> None:
    use = context.deployment.uses.last_used(client.id)
    say(describe(client, use, now()), as_json=context.as_json)


def _say_secret(context: Context, issued: IssuedSecret) -> None:
    facts: dict[str, object] = {"client_id": issued.client.id}
    if issued.secret is not None:
        facts["client_secret"] = issued.secret
    names = ("secret_expires_at", "old_secret_expires_at")
    for name, secret in zip(names, issued.client.secrets, strict=False):
        if secret.expires_at is not None:
            facts[name] = moment(secret.expires_at)
    note = "The secret is not shown again." if issued.secret else ""
    say(facts, as_json=context.as_json, note=note)
