"""The commands for account members: people who act for buyer accounts (Elastic Path)."""

import click
from token_service.domain.owners import Account, OwnerKind

from tokenctl.accounts import read_password
from tokenctl.context import Context, OneSentenceGroup
from tokenctl.output import moment, say, say_table

_KIND = OwnerKind.ACCOUNT_MEMBER


@click.group("account-members", cls=OneSentenceGroup)
def account_members() -> None:
    """People who act for buyer accounts."""


@account_members.command()
@click.argument("username")
@click.option("--name", required=True, help="What people call the member.")
@click.option("--email", required=True, help="Where one-time passwords go.")
@click.option("--no-password", is_flag=True, help="One-time passwords alone let this member in.")
@click.pass_obj
def create(context: Context, username: str, *, name: str, email: str, no_password: bool) -> None:
    """Make a member; its password is asked for, or read from standard input."""
    password = None if no_password else read_password()
    member = context.deployment.accounts.create(_KIND, username, password, name=name, email=email)
    say(_describe(member), as_json=context.as_json)


@account_members.command("list")
@click.pass_obj
def list_members(context: Context) -> None:
    """List all members by name."""
    found = sorted(context.deployment.accounts.list(_KIND), key=lambda member: member.username)
    say_table([_summarize(member) for member in found], as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.pass_obj
def show(context: Context, username: str) -> None:
    """Show one member; never its password."""
    say(_describe(context.deployment.accounts.show(_KIND, username)), as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.argument("account_id")
@click.pass_obj
def join(context: Context, username: str, account_id: str) -> None:
    """Let a member act for a buyer account."""
    member = context.deployment.buyer_accounts.join(username, account_id)
    say(_describe(member), as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.argument("account_id")
@click.pass_obj
def leave(context: Context, username: str, account_id: str) -> None:
    """Let a member act for a buyer account no more, and end all of the member's tokens."""
    member = context.deployment.buyer_accounts.leave(username, account_id)
    say(_describe(member), as_json=context.as_json)


@account_members.command("set-password")
@click.argument("username")
@click.pass_obj
def set_password(context: Context, username: str) -> None:
    """Change the password, end the member's tokens, and unlock it."""
    member = context.deployment.accounts.set_password(_KIND, username, read_password())
    say(_describe(member), as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.pass_obj
def disable(context: Context, username: str) -> None:
    """Let a member in no more, and end its tokens."""
    member = context.deployment.accounts.set_enabled(_KIND, username, enabled=False)
    say(_describe(member), as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.pass_obj
def enable(context: Context, username: str) -> None:
    """Let a disabled member in again."""
    member = context.deployment.accounts.set_enabled(_KIND, username, enabled=True)
    say(_describe(member), as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.pass_obj
def unlock(context: Context, username: str) -> None:
    """Forget failed logins under a name."""
    context.deployment.accounts.unlock(_KIND, username)
    say({"username": username, "locked": False}, as_json=context.as_json)


@account_members.command("revoke-tokens")
@click.argument("username")
@click.pass_obj
def revoke_tokens(context: Context, username: str) -> None:
    """End every token of a member with one write."""
    member = context.deployment.accounts.revoke_tokens(_KIND, username)
    say({"username": member.username, "tokens": "revoked"}, as_json=context.as_json)


@account_members.command()
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(context: Context, username: str, *, yes: bool) -> None:
    """Remove a member; its tokens end with it."""
    if not yes:
        click.confirm(f"Delete {username} and end its tokens?", abort=True, err=True)
    context.deployment.accounts.delete(_KIND, username)
    say({"username": username, "state": "deleted"}, as_json=context.as_json)


@account_members.command()
@click.pass_obj
def profile(context: Context) -> None:
    """Print the ids that clients name when a member signs in."""
    deployment = context.deployment
    ids = {
        "authentication_realm_id": deployment.members_realm_id,
        "password_profile_id": deployment.password_profile_id,
    }
    say(ids, as_json=context.as_json)


def _summarize(member: Account) -> dict[str, object]:
    return {
        "username": member.username,
        "name": member.name,
        "email": member.email,
        "state": "live" if member.enabled else "disabled",
        "buyer_accounts": list(member.buyer_accounts),
    }


def _describe(member: Account) -> dict[str, object]:
    return {
        "id": member.id,
        **_summarize(member),
        "password": member.password_hash is not None,
        "created_at": moment(member.created_at),
    }
