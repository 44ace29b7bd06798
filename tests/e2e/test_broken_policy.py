"""A policy that cannot be obeyed is refused by the deployment itself."""

from pathlib import Path

import pytest

from local.process import StackError
from local.stack import LocalStack


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ("magento,none,default", "none: the policies folder has no none.json"),
        ("default,magento", "magento: routes[0]: never reached, default: routes[0] covers "),
    ],
)
def test_a_broken_policy_is_not_deployed(tmp_path: Path, documents: str, reason: str) -> None:
    """`sam deploy` fails, and says which document, where, and why."""
    stack = LocalStack(port=0, state_dir=tmp_path, parameters={"Policy": documents})
    with pytest.raises(StackError) as failed, stack:
        pass
    assert f"The deployment failed at PolicyCheck: {reason}" in str(failed.value)
