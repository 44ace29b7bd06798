"""The engine's tables are the template's."""

import pytest

from bench.dynalite import TABLES, table_declaration


@pytest.mark.parametrize(
    ("table", "keys"),
    list(zip(TABLES, (["bucket", "handle"], ["entity", "part"]), strict=True)),
)
def test_a_table_has_the_keys_and_the_billing_that_the_template_gives_it(
    table: str, keys: list[str]
) -> None:
    """So that units are counted on the items of a deployment."""
    declaration = table_declaration(table)
    assert [key["AttributeName"] for key in declaration["KeySchema"]] == keys
    assert declaration["BillingMode"] == "PAY_PER_REQUEST"
