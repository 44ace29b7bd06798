"""The commands for integrations: programs that a merchant lets in for good."""

import click
from token_service.domain.integrations import AccessCredentials
from token_service.domain.owners import ALL_RESOURCES, Integration

from tokenctl.context import Context, OneSentenceGroup
from tokenctl.output import moment, say, say_table
from tokenctl.resources import chosen_resources

_ONCE = "These are not shown again."


@click.group(cls=OneSentenceGroup)
def integrations() -> None:
    """Programs with an access token that does not expire."""


@integrations.command()
@click.argument("name")
@click.option("--resource", "resources", multiple=True, help="What it may use; repeatable.")
@click.option("--all-resources", is_flag=True, help="Everything.")
@click.option("--activate", "at_once", is_flag=True, help="Let it in now: all four credentials.")
@click.pass_obj
def create(
    context: Context,
    name: str,
    *,
    resources: tuple[str, ...],
    all_resources: bool,
    at_once: bool,
) -> None:
    """Make an integration; its consumer key and secret are printed now and never again."""
    administration = context.deployment.integrations
    made = administration.create(name, (ALL_RESOURCES,) if all_resources else resources)
    facts: dict[str, object] = {
        "name": made.integration.name,
        "consumer_key": made.integration.consumer_key,
        "consumer_secret": made.consumer_secret,
    }
    try:
        if at_once:
            facts |= _credentials(administration.activate(made.integration.name))
    finally:  # what is made cannot be shown later, whatever became of the rest
        say(facts, as_json=context.as_json, note=_ONCE)


@integrations.command("list")
@click.pass_obj
def list_integrations(context: Context) -> None:
    """List all integrations by name."""
    found = sorted(context.deployment.integrations.list(), key=lambda i: i.name)
    say_table([_summarize(integration) for integration in found], as_json=context.as_json)


@integrations.command()
@click.argument("name")
@click.pass_obj
def show(context: Context, name: str) -> None:
    """Show one integration; never its secrets."""
    say(_describe(context.deployment.integrations.show(name)), as_json=context.as_json)


@integrations.command()
@click.argument("name")
@click.pass_obj
def activate(context: Context, name: str) -> None:
    """Let it in: its access token and secret are printed now and never again."""
    made = context.deployment.integrations.activate(name)
    say(_credentials(made), as_json=context.as_json, note=_ONCE)


@integrations.command()
@click.argument("name")
@click.pass_obj
def reauthorize(context: Context, name: str) -> None:
    """Give a new access token and secret; the former ones end now."""
    made = context.deployment.integrations.reauthorize(name)
    say(_credentials(made), as_json=context.as_json, note=_ONCE)


@integrations.command()
@click.argument("name")
@click.pass_obj
def deactivate(context: Context, name: str) -> None:
    """Let it in no more, and end its access token."""
    say(_summarize(context.deployment.integrations.deactivate(name)), as_json=context.as_json)


@integrations.command()
@click.argument("name")
@click.argument("resources", nargs=-1)
@click.option("--all-resources", is_flag=True, help="Everything.")
@click.option("--none", "nothing", is_flag=True, help="Nothing at all.")
@click.pass_obj
def grant(
    context: Context, name: str, resources: tuple[str, ...], *, all_resources: bool, nothing: bool
) -> None:
    """Let it use these resources and no others."""
    granted = chosen_resources(resources, all_resources=all_resources, nothing=nothing)
    say(_describe(context.deployment.integrations.grant(name, granted)), as_json=context.as_json)


@integrations.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(context: Context, name: str, *, yes: bool) -> None:
    """Remove an integration; its access token ends with it."""
    if not yes:
        click.confirm(f"Delete {name} and end its access token?", abort=True, err=True)
    context.deployment.integrations.delete(name)
    say({"name": name, "state": "deleted"}, as_json=context.as_json)


def _credentials(made: AccessCredentials) -> dict[str, object]:
    return {
        "access_token": made.access_token,
        "access_token_secret": made.access_token_secret,
    }


def _summarize(integration: Integration) -> dict[str, object]:
    return {
        "name": integration.name,
        "state": "active" if integration.enabled else "inactive",
        "resources": list(integration.resources),
    }


def _describe(integration: Integration) -> dict[str, object]:
    return {
        **_summarize(integration),
        "id": integration.id,
        "consumer_key": integration.consumer_key,
        "created_at": moment(integration.created_at),
    }
