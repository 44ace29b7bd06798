"""Heavy libraries are imported by the functions that need them, and by no other: cold starts."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.functions.deployment import variables_of

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
# A module, and the functions that import it before their first event.
HEAVY = {
    "aws_lambda_powertools.event_handler": {"manage", "sign_in_profiles"},
    "aws_xray_sdk": set[str](),
    # Single sign-on opens its secrets, and so calls AWS, only for a shopper who signs in.
    "boto3": set(FUNCTIONS)
    - {"check_policy", "docs", "example", "example_sender", "fallback", "single_sign_on"},
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_heavy_modules_are_imported_where_they_are_needed(
    function: str, template: dict[str, Any]
) -> None:
    """A cold start loads its function's heavy modules and no others."""
    program = (
        f"import sys; sys.path[:0] = ['layers/shared', 'functions/{function}']; import handler; "
        f"print(*sorted({set(HEAVY)} & set(sys.modules)))"
    )
    loaded = subprocess.run(  # noqa: S603 - the program is made of names in this repository
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"AWS_REGION": "us-east-1", **variables_of(template, function)},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = sorted(module for module, users in HEAVY.items() if function in users)
    assert loaded.stdout.split() == expected
