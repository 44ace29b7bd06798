"""What all commands share: the stack they work on, --json, and failures in one sentence."""

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any, override

import click
from botocore.exceptions import BotoCoreError, ClientError
from token_service.domain.account_administration import AccountDetailError, NoSuchAccountError
from token_service.domain.administration import NoSuchClientError
from token_service.domain.buyer_accounts import NoSuchBuyerAccountError
from token_service.domain.client_details import ClientDetailError
from token_service.domain.client_keys import ClientKeyError
from token_service.domain.errors import Unavailable
from token_service.domain.integrations import NoSuchIntegrationError
from token_service.domain.openid import NoSuchProviderError, ProviderDetailError
from token_service.domain.ports import OwnerChangedError, OwnerExistsError
from token_service.store.errors import AwsError

from tokenctl.deployment import Deployment, DeploymentError

DEFAULT_STACK = "token-service"
_MESSAGES: dict[type[Exception], str] = {
    NoSuchAccountError: "there is no account {}",
    NoSuchBuyerAccountError: "there is no such buyer account, or no such membership: {}",
    NoSuchClientError: "there is no client {}",
    NoSuchIntegrationError: "there is no integration {}",
    NoSuchProviderError: "there is no OpenID provider {}",
    AwsError: "{0}: {0.message}",
    Unavailable: "DynamoDB did not answer; try again ({})",
}
_EXPECTED: tuple[type[Exception], ...] = (
    NoSuchAccountError,
    NoSuchBuyerAccountError,
    NoSuchClientError,
    NoSuchIntegrationError,
    NoSuchProviderError,
    ProviderDetailError,
    Unavailable,
    AccountDetailError,
    BotoCoreError,
    ClientDetailError,
    ClientKeyError,
    ClientError,
    DeploymentError,
    OwnerChangedError,
    OwnerExistsError,
    AwsError,
    click.UsageError,
)


@dataclass
class Context:
    """What every command works with; the stack is looked up when first needed."""

    stack_name: str = DEFAULT_STACK
    as_json: bool = False

    @cached_property
    def deployment(self) -> Deployment:
        """The stack."""
        return Deployment.find(self.stack_name)


class JsonCommand(click.Command):
    """A command that takes --json after its name too, where people type it."""

    @override
    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own options, and --json."""
        option = click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_choose_json,
            help="Print one JSON document, for scripts.",
        )
        return [*super().get_params(ctx), option]


def _choose_json(ctx: click.Context, _option: click.Parameter, chosen: object) -> None:
    if chosen:
        ctx.ensure_object(Context).as_json = True


class OneSentenceGroup(click.Group):
    """Turns every expected failure into one sentence on standard error and status 1."""

    command_class = JsonCommand
    group_class = type  # groups within are of this class too

    @override
    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Read this group's own options."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _one_sentence(error, as_json=False) from error

    @override
    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except _EXPECTED as error:
            raise _one_sentence(error, as_json=ctx.ensure_object(Context).as_json) from error


class OneSentenceError(click.ClickException):
    """What went wrong, for people in one sentence, for scripts in one JSON document; status 1."""

    def __init__(self, sentence: str, *, as_json: bool) -> None:
        super().__init__(sentence)
        self._as_json = as_json

    @override
    def show(self, file: IO[Any] | None = None) -> None:
        """Tell it on standard error."""
        told = json.dumps({"error": self.message}) if self._as_json else f"tokenctl: {self.message}"
        click.echo(told, file=file or sys.stderr)


def _one_sentence(error: Exception, *, as_json: bool) -> Exception:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error  # whoever says nothing is told what can be said
    if isinstance(error, click.UsageError):
        told = " ".join(error.format_message().split()).rstrip(".")
        help_path = error.ctx.command_path if error.ctx else "tokenctl"
        return OneSentenceError(f"{told}; see {help_path} --help", as_json=as_json)
    return OneSentenceError(_MESSAGES.get(type(error), "{}").format(error), as_json=as_json)
