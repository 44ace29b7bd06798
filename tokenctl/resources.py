"""Which resources are meant: named ones, all, or none, and never by leaving something out."""

import click
from token_service.domain.owners import ALL_RESOURCES


def chosen_resources(
    resources: tuple[str, ...], *, all_resources: bool, nothing: bool
) -> tuple[str, ...]:
    """The resources to grant.

    Raises:
        click.UsageError: not exactly one of the three was chosen.

    """
    if [bool(resources), all_resources, nothing].count(True) != 1:
        raise click.UsageError("name resources, or give --all-resources or --none")
    return (ALL_RESOURCES,) if all_resources else resources
