"""The command line: what all commands share, and those about single tokens and the sweep."""

import sys
import time

import click
from token_service.domain.sweep import RESERVE, Progress, SweepResult

from tokenctl.account_members import account_members
from tokenctl.accounts import accounts
from tokenctl.buyer_accounts import buyer_accounts
from tokenctl.clients import clients
from tokenctl.context import DEFAULT_STACK, Context, OneSentenceGroup
from tokenctl.duration import Duration
from tokenctl.integrations import integrations
from tokenctl.keys import keys
from tokenctl.output import describe_token, say
from tokenctl.sso_providers import sso_providers


@click.group(cls=OneSentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stack-name", default=DEFAULT_STACK, show_default=True, envvar="TOKENCTL_STACK")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for scripts.")
@click.pass_context
def main(ctx: click.Context, stack_name: str, *, as_json: bool) -> None:
    """Operate a deployed token service.

    Works with the usual AWS configuration: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and the rest.
    """
    ctx.obj = Context(stack_name, as_json)


main.add_command(accounts)
main.add_command(clients)
main.add_command(account_members)
main.add_command(buyer_accounts)
main.add_command(integrations)
main.add_command(sso_providers)
main.add_command(keys)


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
