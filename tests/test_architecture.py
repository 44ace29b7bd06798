"""The tree is the architecture diagram: arrows point inward, and names say what is there."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "layers/shared/token_service"
FUNCTIONS = ROOT / "functions"
AWS = {"aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore"}
TYPES_ONLY = (
    "botocore",
    "types_boto3",
    "aws_lambda_powertools.utilities.data_classes",
    "aws_lambda_powertools.utilities.typing",
    # loaded by the functions, or the calls, that need them
    "token_service.domain.signed_introspection.IntrospectionSigner",
    "token_service.domain.rotation.Rotated",
    "token_service.domain.sweep.SweepResult",
    "token_service.wire.endpoints.Endpoint",
    "token_service.wire.endpoints.Outcome",
    "token_service.wire.magento.signed.SignatureVerifier",
)
# What each ring may import: rings of the package, and packages of others.
RINGS: dict[str, tuple[set[str], set[str]]] = {
    "domain": ({"domain"}, {"cryptography", "jwt"}),
    "store": ({"domain", "store"}, {"botocore", "pydantic"}),
    "wire": ({"domain", "wire"}, {"aws_lambda_powertools", "pydantic", "pydantic_core"}),
    "providers": ({"domain", "providers"}, {"urllib3"}),
}
# Packages within a ring, and what each may import besides.
PACKAGES: dict[str, set[str]] = {
    "wire/elastic_path": set(),
    "wire/magento": {"defusedxml", "oauthlib"},
}
COMPOSITION = {
    "aws": (set[str](), {"boto3", "botocore"}),
    "settings": ({"domain"}, {"pydantic"}),
    "observability": ({"domain", "settings", "wire"}, {"aws_lambda_powertools"}),
    "side_by_side": (set[str](), set[str]()),
    "system": (set[str](), set[str]()),
    "throw_away_aws": (set[str](), {"botocore"}),
}
# One module a function, and what several share: it knows everything, and nobody knows it.
ROOT_RINGS = {"domain", "providers", "runtime", "store", "wire", *COMPOSITION}
VAGUE = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "manager",
    "misc",
    "shared",
    "util",
    "utils",
}


def modules(folder: Path) -> list[Path]:
    """Every module under a folder."""
    return sorted(folder.rglob("*.py"))


def name_of(path: Path) -> str:
    """A module's path, as a test's name."""
    return str(path.relative_to(ROOT))


def package_of(path: Path) -> str:
    """The folder of a module within the package."""
    return str(path.parent.relative_to(PACKAGE))


def imports(path: Path) -> Iterator[str]:
    """What a module imports when it runs, by full name; imports for types alone are left out."""
    yield from _imports(ast.parse(path.read_text("utf-8")))


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        names = {name for child in node.body for name in _imports(child)}
        assert all(name.startswith(TYPES_ONLY) for name in names), names
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports name the whole way"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def breaches(path: Path, rings: set[str], packages: set[str]) -> list[str]:
    """What a module imports and may not."""
    return [
        name
        for name in imports(path)
        if not (
            name.split(".")[1] in rings
            if name.startswith("token_service.")
            else name.split(".")[0] in packages | set(sys.stdlib_module_names)
        )
    ]


@pytest.mark.parametrize("ring", RINGS)
def test_arrows_point_inward(ring: str) -> None:
    """The domain knows nobody, store and wire know the domain, and neither knows the other."""
    rings, packages = RINGS[ring]
    found = {
        name_of(path): breaches(path, rings, packages | PACKAGES.get(package_of(path), set()))
        for path in modules(PACKAGE / ring)
    }
    assert found
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("module", COMPOSITION)
def test_only_the_composition_root_knows_everything(module: str) -> None:
    """What is outside the rings is as narrow."""
    assert breaches(PACKAGE / f"{module}.py", *COMPOSITION[module]) == []


@pytest.mark.parametrize("path", modules(PACKAGE / "runtime"), ids=name_of)
def test_the_composition_root_brings_no_library(path: Path) -> None:
    """It puts the service's own parts together; Lambda's own runtime is all that it may ask."""
    assert breaches(path, ROOT_RINGS, {"snapshot_restore_py"}) == []


def test_the_package_has_no_other_modules() -> None:
    """What lies beside the rings is named here, so that a new one is thought about."""
    assert {path.stem for path in PACKAGE.glob("*.py")} == {"__init__", *COMPOSITION}
    assert {package_of(path) for path in modules(PACKAGE)} == {".", "runtime", *RINGS, *PACKAGES}


# What computes of what it is given.
COMPUTED = {"uuid.NAMESPACE_URL", "uuid.UUID", "uuid.uuid5"}


@pytest.mark.parametrize("ring", RINGS)
def test_rules_ask_no_environment_and_no_clock(ring: str) -> None:
    """Time, randomness and settings are arguments: nothing inside reads them for itself."""
    forbidden = {"os", "time", "datetime", "random", "secrets", "uuid", "socket", "logging"}
    found = {
        name_of(path): forbidden & {name.split(".")[0] for name in set(imports(path)) - COMPUTED}
        for path in modules(PACKAGE / ring)
        if path != PACKAGE / "wire/timestamps.py"  # it writes moments, and asks for none
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("path", modules(FUNCTIONS), ids=name_of)
def test_functions_know_the_service_alone(path: Path) -> None:
    """A handler reads, calls and writes; it makes no AWS client and knows no store."""
    rings = {"runtime", "observability", "wire", "domain"}
    assert breaches(path, rings, set()) == []


@pytest.mark.parametrize("path", modules(FUNCTIONS), ids=name_of)
def test_functions_stand_alone(path: Path) -> None:
    """No handler has a module beside it: what is shared is in the layer."""
    assert path.name == "handler.py"
    assert modules(path.parent) == [path]


@pytest.mark.parametrize("path", [*modules(PACKAGE), *modules(FUNCTIONS)], ids=name_of)
def test_modules_say_what_they_are_for(path: Path) -> None:
    """Each begins with a docstring, and none is named after nothing in particular."""
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert not {path.stem, path.parent.name if path.parent != PACKAGE else ""} & (
        VAGUE - {"shared"}
    )


CITED = re.compile(r"docs/[\w/-]+\.md")


def test_every_document_that_is_cited_is_there() -> None:
    """Code, tests and documents cite nothing that a reader of the repository cannot open."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.yaml"],  # noqa: S607 - git of the PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    missing = {
        (name, cited)
        for name in listed.stdout.split()
        for cited in CITED.findall((ROOT / name).read_text("utf-8"))
        if not (ROOT / cited).exists()
    }
    assert missing == set()
