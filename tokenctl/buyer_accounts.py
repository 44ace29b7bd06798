"""The commands for buyer accounts, which Elastic Path calls accounts."""

import click
from token_service.domain.owners import BuyerAccount

from tokenctl.context import Context, OneSentenceGroup
from tokenctl.output import moment, say, say_table


@click.group("buyer-accounts", cls=OneSentenceGroup)
def buyer_accounts() -> None:
    """Companies and households that account members act for."""


@buyer_accounts.command()
@click.argument("name")
@click.pass_obj
def create(context: Context, name: str) -> None:
    """Make a buyer account, without members."""
    say(_describe(context.deployment.buyer_accounts.create(name)), as_json=context.as_json)


@buyer_accounts.command("list")
@click.pass_obj
def list_accounts(context: Context) -> None:
    """List all buyer accounts by name."""
    found = sorted(context.deployment.buyer_accounts.list(), key=lambda account: account.name)
    say_table([_describe(account) for account in found], as_json=context.as_json)


@buyer_accounts.command()
@click.argument("account_id")
@click.pass_obj
def show(context: Context, account_id: str) -> None:
    """Show one buyer account."""
    say(_describe(context.deployment.buyer_accounts.show(account_id)), as_json=context.as_json)


@buyer_accounts.command()
@click.argument("account_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(context: Context, account_id: str, *, yes: bool) -> None:
    """Remove a buyer account; its members leave it, and their tokens end."""
    if not yes:
        click.confirm(
            f"Delete the buyer account {account_id} and end its members' tokens?",
            abort=True,
            err=True,
        )
    context.deployment.buyer_accounts.delete(account_id)
    say({"id": account_id, "state": "deleted"}, as_json=context.as_json)


def _describe(account: BuyerAccount) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "created_at": moment(account.created_at),
    }
