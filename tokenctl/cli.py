"""The commands. Each reads its options, asks the deployment, and prints."""

import sys
import time

import click
from token_service.domain.administration import IssuedSecret, NewClient
from token_service.domain.model import CLIENT_GRANTS, Grant, Introspection, TokenFormat
from token_service.domain.sweep import RESERVE, Progress, SweepResult
from token_service.system import now

from tokenctl.account_members import account_members
from tokenctl.accounts import accounts
from tokenctl.buyer_accounts import buyer_accounts
from tokenctl.context import DEFAULT_STACK, Context, OneSentenceGroup
from tokenctl.duration import Duration
from tokenctl.integrations import integrations
from tokenctl.output import describe, describe_token, moment, say, say_table, summarize


@click.group(cls=OneSentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stack-name", default=DEFAULT_STACK, show_default=True, envvar="TOKENCTL_STACK")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for scripts.")
@click.pass_context
def main(ctx: click.Context, stack_name: str, *, as_json: bool) -> None:
    """Operate a deployed token service.

    Works with the usual AWS configuration: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and the rest.
    """
    ctx.obj = Context(stack_name, as_json)


@main.group()
def clients() -> None:
    """Applications that may ask for tokens."""


@clients.command()
@click.option("--name", required=True, help="What people call it.")
@click.option("--id", "client_id", help="Keep an id from elsewhere instead of a generated one.")
@click.option(
    "--secret-stdin", is_flag=True, help="Keep a secret from elsewhere, read from standard input."
)
@click.option("--public", is_flag=True, help="No secret: for browsers, implicit tokens only.")
@click.option(
    "--grant",
    "grants",
    multiple=True,
    type=click.Choice(sorted(grant.value for grant in CLIENT_GRANTS)),
)
@click.option("--scope", "scopes", multiple=True, help="A scope it may ask for; repeatable.")
@click.option("--audience", multiple=True, help="Who its tokens are for (aud); repeatable.")
@click.option(
    "--format",
    "token_format",
    type=click.Choice([choice.value for choice in TokenFormat]),
    default="jwt",
)
@click.option("--lifetime", type=Duration(), help="How long its tokens live.")
@click.option("--expires-in", type=Duration(), help="When the client itself ends.")
@click.option(
    "--introspection",
    type=click.Choice([choice.value for choice in Introspection]),
    default="own",
    help="Whose tokens it may ask about: its own, or any (a resource server).",
)
@click.pass_obj
def create(  # noqa: PLR0913 - one parameter an option
    context: Context,
    *,
    name: str,
    client_id: str | None,
    secret_stdin: bool,
    public: bool,
    grants: tuple[str, ...],
    scopes: tuple[str, ...],
    audience: tuple[str, ...],
    token_format: str,
    lifetime: int | None,
    expires_in: int | None,
    introspection: str,
) -> None:
    """Register a client; its secret is printed now and never again."""
    details = NewClient(
        name=name,
        id=client_id,
        secret=sys.stdin.readline().rstrip("\r\n") if secret_stdin else None,
        public=public,
        grants=tuple(Grant(grant) for grant in grants),
        scopes=scopes,
        audience=audience,
        token_format=TokenFormat(token_format),
        token_lifetime=lifetime,
        introspection=Introspection(introspection),
        expires_at=None if expires_in is None else now() + expires_in,
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
    """Show one client; never its secrets."""
    client = context.deployment.administration.show(client_id)
    say(describe(client, now()), as_json=context.as_json)


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


@clients.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--overlap", type=Duration(), default="24h", show_default=True, help="How long the old works."
)
@click.pass_obj
def rotate_secret(context: Context, client_id: str, overlap: int) -> None:
    """Make a new secret, printed now and never again; the old one works on for the overlap."""
    _say_secret(context, context.deployment.administration.rotate_secret(client_id, overlap))


@clients.command("revoke-tokens")
@click.argument("client_id")
@click.pass_obj
def revoke_tokens(context: Context, client_id: str) -> None:
    """End every token of a client with one write; it may ask for new ones."""
    client = context.deployment.administration.revoke_tokens(client_id)
    say({"client_id": client.id, "tokens": "revoked"}, as_json=context.as_json)


main.add_command(accounts)
main.add_command(account_members)
main.add_command(buyer_accounts)
main.add_command(integrations)


@main.group()
def tokens() -> None:
    """Single tokens, read from standard input unless given (others can see a command line)."""


@tokens.command()
@click.argument("token", required=False)
@click.pass_obj
def introspect(context: Context, token: str | None) -> None:
    """Tell whether a token is active, and whose it is."""
    active = context.deployment.validator.validate(_read_token(token))
    say(describe_token(active), as_json=context.as_json)


@tokens.command()
@click.argument("token", required=False)
@click.pass_obj
def revoke(context: Context, token: str | None) -> None:
    """End a token, whoever owns it."""
    revoked = context.deployment.revoke(_read_token(token))
    note = "" if revoked else "there is no such token, or it has ended already"
    say({"revoked": revoked}, as_json=context.as_json, note=note)


@main.command()
@click.option("--dry-run", is_flag=True, help="Read and count the same; change nothing.")
@click.option("--max-time", type=Duration(), default="1h", show_default=True)
@click.pass_obj
def sweep(context: Context, *, dry_run: bool, max_time: int) -> None:
    """Delete expired tokens now, as the hourly sweep does."""
    # The sweep keeps a reserve for a function that is about to be stopped; this one is not.
    deadline = time.monotonic() + max_time + RESERVE
    if context.as_json:
        result = context.deployment.sweeper.run(
            lambda: deadline - time.monotonic(), dry_run=dry_run
        )
    else:
        result = _with_progress_bar(context, deadline, dry_run=dry_run)
    say(result.as_dict(), as_json=context.as_json)
    if not result.finished:
        sys.exit(2)


def _with_progress_bar(context: Context, deadline: float, *, dry_run: bool) -> SweepResult:
    with click.progressbar(length=1, label="hours", file=sys.stderr, show_pos=True) as bar:

        def show(progress: Progress) -> None:
            bar.length = progress.hours_total
            bar.label = f"hours ({progress.tokens} tokens)"
            bar.update(progress.hours_done - bar.pos)

        result = context.deployment.sweeper.run(
            lambda: deadline - time.monotonic(), dry_run=dry_run, progress=show
        )
        bar.length = max(1, result.hours)
        bar.update(bar.length - bar.pos)
        return result


def _read_token(token: str | None) -> str:
    """From the argument, a hidden prompt, or a pipe."""
    if token not in (None, "-"):
        return str(token)
    if sys.stdin.isatty():
        answer: str = click.prompt("token", hide_input=True, err=True)
        return answer.strip()
    return sys.stdin.readline().strip()


def _say_secret(context: Context, issued: IssuedSecret) -> None:
    facts: dict[str, object] = {"client_id": issued.client.id}
    if issued.secret is not None:
        facts["client_secret"] = issued.secret
    old = [s.expires_at for s in issued.client.secrets[1:]]
    if old:
        facts["old_secret_expires_at"] = moment(old[0])
    note = "The secret is not shown again." if issued.secret else ""
    say(facts, as_json=context.as_json, note=note)
