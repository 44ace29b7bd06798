"""The layer as `sam build` left it for the deployed stack."""

from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent.parent.parent / ".aws-sam/build/SharedLayer/python"
# PEP 552: hashed (bit 0), and not to be checked against the source (bit 1 is not set).
UNCHECKED = 1


@pytest.mark.usefixtures("stack")
def test_every_module_is_compiled_and_never_checked() -> None:
    """Zips change times, and Lambda's file system is read-only: else each start compiles all."""
    sources = [path for path in PACKAGES.rglob("*.py") if path.parent.name != "__pycache__"]
    assert len(sources) > 200
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED, source


@pytest.mark.usefixtures("stack")
def test_tracebacks_name_the_layer() -> None:
    """Not a folder of whoever built it."""
    compiled = PACKAGES / "token_service/__pycache__/settings.cpython-313.pyc"
    assert b"/opt/python/token_service/settings.py" in compiled.read_bytes()


@pytest.mark.usefixtures("stack")
def test_it_has_what_functions_import_and_no_more() -> None:
    """The service stands on these libraries; what only tests and tools use is left out."""
    found = {path.name for path in PACKAGES.iterdir() if path.is_dir()}
    assert {"aws_lambda_powertools", "boto3", "jwt", "pydantic"} <= found
    assert not found & {"click", "joserfc", "moto", "pytest", "requests", "yaml"}
