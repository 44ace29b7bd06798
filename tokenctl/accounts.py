"""The commands for people: admins, and customers known by their e-mail addresses."""

import sys

import click
from token_service.domain.account_administration import AccountDetailError
from token_service.domain.owners import ALL_RESOURCES, Account, OwnerKind

from tokenctl.context import Context, OneSentenceGroup
from tokenctl.output import moment, say, say_table
from tokenctl.resources import chosen_resources

_KINDS = click.Choice([OwnerKind.ADMIN.value, OwnerKind.CUSTOMER.value])


@click.group(cls=OneSentenceGroup)
def accounts() -> None:
    """People who log in with a name and a password."""


@accounts.command()
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.option("--resource", "resources", multiple=True, help="What an admin may use; repeatable.")
@click.option("--all-resources", is_flag=True, help="An admin who may use everything.")
@click.pass_obj
def create(
    context: Context, kind: str, username: str, *, resources: tuple[str, ...], all_resources: bool
) -> None:
    """Make an account; its password is asked for, or read from standard input."""
    granted = (ALL_RESOURCES,) if all_resources else resources
    password = read_password()
    account = context.deployment.accounts.create(OwnerKind(kind), username, password, granted)
    say(_describe(account), as_json=context.as_json)


@accounts.command("list")
@click.argument("kind", type=_KINDS)
@click.pass_obj
def list_accounts(context: Context, kind: str) -> None:
    """List all accounts of a kind by name."""
    found = sorted(context.deployment.accounts.list(OwnerKind(kind)), key=lambda a: a.username)
    say_table([_summarize(account) for account in found], as_json=context.as_json)


@accounts.command()
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.pass_obj
def show(context: Context, kind: str, username: str) -> None:
    """Show one account; never its password."""
    account = context.deployment.accounts.show(OwnerKind(kind), username)
    say(_describe(account), as_json=context.as_json)


@accounts.command("set-password")
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.pass_obj
def set_password(context: Context, kind: str, username: str) -> None:
    """Change the password, end the account's tokens, and unlock it."""
    password = read_password()
    account = context.deployment.accounts.set_password(OwnerKind(kind), username, password)
    say(_describe(account), as_json=context.as_json)


@accounts.command()
@click.argument("username")
@click.argument("resources", nargs=-1)
@click.option("--all-resources", is_flag=True, help="Everything.")
@click.option("--none", "nothing", is_flag=True, help="Nothing at all.")
@click.pass_obj
def grant(
    context: Context,
    username: str,
    resources: tuple[str, ...],
    *,
    all_resources: bool,
    nothing: bool,
) -> None:
    """Let an admin use these resources and no others."""
    granted = chosen_resources(resources, all_resources=all_resources, nothing=nothing)
    account = context.deployment.accounts.grant(username, granted)
    say(_describe(account), as_json=context.as_json)


@accounts.command()
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.pass_obj
def disable(context: Context, kind: str, username: str) -> None:
    """Let an account in no more, and end its tokens."""
    account = context.deployment.accounts.set_enabled(OwnerKind(kind), username, enabled=False)
    say(_describe(account), as_json=context.as_json)


@accounts.command()
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.pass_obj
def enable(context: Context, kind: str, username: str) -> None:
    """Let a disabled account in again."""
    account = context.deployment.accounts.set_enabled(OwnerKind(kind), username, enabled=True)
    say(_describe(account), as_json=context.as_json)


@accounts.command()
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.pass_obj
def unlock(context: Context, kind: str, username: str) -> None:
    """Forget failed logins under a name."""
    context.deployment.accounts.unlock(OwnerKind(kind), username)
    say({"username": username, "locked": False}, as_json=context.as_json)


@accounts.command("revoke-tokens")
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.pass_obj
def revoke_tokens(context: Context, kind: str, username: str) -> None:
    """End every token of an account with one write."""
    account = context.deployment.accounts.revoke_tokens(OwnerKind(kind), username)
    say({"username": account.username, "tokens": "revoked"}, as_json=context.as_json)


@accounts.command()
@click.argument("kind", type=_KINDS)
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(context: Context, kind: str, username: str, *, yes: bool) -> None:
    """Remove an account; its tokens end with it."""
    if not yes:
        click.confirm(f"Delete {kind} {username} and end its tokens?", abort=True, err=True)
    context.deployment.accounts.delete(OwnerKind(kind), username)
    say({"username": username, "state": "deleted"}, as_json=context.as_json)


def read_password() -> str:
    """From a hidden prompt, twice, or a pipe; never the command line, which others see."""
    if sys.stdin.isatty():
        password: str = click.prompt(
            "password", hide_input=True, confirmation_prompt=True, err=True
        )
        return password
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise AccountDetailError("a password is text in UTF-8") from error


def _summarize(account: Account) -> dict[str, object]:
    return {
        "username": account.username,
        "state": "live" if account.enabled else "disabled",
        "resources": list(account.resources),
    }


def _describe(account: Account) -> dict[str, object]:
    return {
        "kind": account.kind,
        "id": account.id,
        **_summarize(account),
        "created_at": moment(account.created_at),
    }
