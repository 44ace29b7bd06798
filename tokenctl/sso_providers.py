"""The commands for OpenID providers that shoppers sign in by."""

import sys

import click
from token_service.domain.openid import NewProvider, OpenIdProvider
from token_service.domain.owners import OwnerKind
from token_service.domain.realms import realms
from token_service.wire.single_sign_on import callback_path, login_path

from tokenctl.context import Context, OneSentenceGroup
from tokenctl.output import moment, say, say_table

_KINDS = {"customers": OwnerKind.CUSTOMER, "account-members": OwnerKind.ACCOUNT_MEMBER}


@click.group("sso-providers", cls=OneSentenceGroup)
def sso_providers() -> None:
    """OpenID providers that shoppers may sign in by."""


@sso_providers.command()
@click.argument("name")
@click.option("--issuer", required=True, help="The provider's issuer URL, exactly.")
@click.option("--client-id", required=True, help="What the provider calls this service.")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    required=True,
    help="Where storefronts take shoppers back, exactly; repeatable.",
)
@click.option(
    "--for",
    "kinds",
    type=click.Choice(list(_KINDS)),
    multiple=True,
    default=["customers"],
    show_default=True,
    help="Whom it may sign in; repeatable.",
)
@click.option("--secret-stdin", is_flag=True, help="Read the client secret from standard input.")
@click.option(
    "--trust-email", is_flag=True, help="Its addresses are verified, though it does not say so."
)
@click.pass_obj
def create(  # noqa: PLR0913 - one parameter an option
    context: Context,
    name: str,
    *,
    issuer: str,
    client_id: str,
    redirect_uris: tuple[str, ...],
    kinds: tuple[str, ...],
    secret_stdin: bool,
    trust_email: bool,
) -> None:
    """Trust a provider; prints the callback addresses to register there."""
    made = context.deployment.sso_providers.create(
        NewProvider(
            name=name,
            issuer=issuer,
            client_id=client_id,
            client_secret=_secret(from_stdin=secret_stdin),
            redirect_uris=redirect_uris,
            kinds=tuple(_KINDS[kind] for kind in dict.fromkeys(kinds)),
            trust_email=trust_email,
        )
    )
    say(_describe(context, made), as_json=context.as_json)


@sso_providers.command("list")
@click.pass_obj
def list_providers(context: Context) -> None:
    """List all providers, oldest first."""
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "issuer": one.issuer,
            "client_id": one.client_id,
            "kinds": ",".join(_kinds(one)),
        }
        for one in context.deployment.sso_providers.list()
    ]
    say_table(rows, as_json=context.as_json)


@sso_providers.command()
@click.argument("provider_id")
@click.pass_obj
def show(context: Context, provider_id: str) -> None:
    """Show one provider and the addresses of its sign-in; never its secret."""
    found = context.deployment.sso_providers.show(provider_id)
    say(_describe(context, found), as_json=context.as_json)


@sso_providers.command("set-secret")
@click.argument("provider_id")
@click.option("--secret-stdin", is_flag=True, help="Read the client secret from standard input.")
@click.pass_obj
def set_secret(context: Context, provider_id: str, *, secret_stdin: bool) -> None:
    """Use another client secret from now on."""
    secret = _secret(from_stdin=secret_stdin)
    changed = context.deployment.sso_providers.set_secret(provider_id, secret)
    say({"id": changed.id, "updated_at": moment(changed.updated_at)}, as_json=context.as_json)


@sso_providers.command()
@click.argument("provider_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(context: Context, provider_id: str, *, yes: bool) -> None:
    """Trust a provider no longer; who signed in by it keeps the tokens until they expire."""
    if not yes:
        name = context.deployment.sso_providers.show(provider_id).name
        click.confirm(f"Delete {name} ({provider_id})?", abort=True, err=True)
    context.deployment.sso_providers.delete(provider_id)
    say({"id": provider_id, "state": "deleted"}, as_json=context.as_json)


def _secret(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("client secret", hide_input=True, err=True)
    return answer


def _kinds(provider: OpenIdProvider) -> list[str]:
    return [name for name, kind in _KINDS.items() if kind in provider.kinds]


def _describe(context: Context, provider: OpenIdProvider) -> dict[str, object]:
    issuer = context.deployment.outputs["IssuerUrl"]
    facts: dict[str, object] = {
        "id": provider.id,
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "redirect_uris": list(provider.redirect_uris),
        "kinds": _kinds(provider),
        "trust_email": provider.trust_email,
        "created_at": moment(provider.created_at),
        "updated_at": moment(provider.updated_at),
    }
    for realm in realms(issuer).values():
        if realm.kind not in provider.kinds:
            continue
        facts[f"{realm.kind}_realm_id"] = realm.id
        facts[f"{realm.kind}_login"] = issuer + login_path(issuer, realm, provider.id)
        facts[f"{realm.kind}_callback"] = issuer + callback_path(issuer, realm, provider.id)
    return facts
