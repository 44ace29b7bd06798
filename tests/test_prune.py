"""The layer without what `prune` removes: AWS is reached at the same endpoints, imports work."""

import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import botocore
import botocore.session
import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError, UnknownServiceError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver
from prune import SERVICES, UNUSED, prune, prune_data

FULL = Path(botocore.__file__).parent / "data"
LAYER = Path(__file__).parent.parent / "layers/shared"
VARIANTS = tuple(product((False, True), repeat=2))
"""Dual-stack and FIPS, each off and on."""


@pytest.fixture(scope="module")
def pruned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Botocore's data as the layer has it."""
    data = tmp_path_factory.mktemp("pruned") / "data"
    shutil.copytree(FULL, data, ignore=_other_services)
    prune_data(data)
    return data


def _other_services(folder: str, names: list[str]) -> set[str]:
    """What is not worth copying; one service that the layer does not use is enough."""
    kept = {*SERVICES, "s3"}
    return {n for n in names if Path(folder) == FULL and n not in kept and (FULL / n).is_dir()}


def loader(data: Path) -> Loader:
    """A loader of this data alone."""
    return Loader(extra_search_paths=[str(data)], include_default_search_paths=False)


def regions() -> list[str]:
    """Every Region and pseudo-Region of botocore's data, and some that it does not list."""
    named = {"us-east-99", "eu-west-99", "us-gov-east-99", "cn-south-99", "nowhere"}
    for partition in loader(FULL).load_data("endpoints")["partitions"]:
        named.update(partition["regions"])
        for service in SERVICES:
            named.update(partition["services"].get(service, {}).get("endpoints", {}))
    for partition in loader(FULL).load_data("partitions")["partitions"]:
        named.update(partition["regions"])
    return sorted(named)


def outcomes(data: Path, service: str) -> dict[tuple[str, bool, bool], object]:
    """What endpoints.json makes of each Region and variant: the endpoint, or the error."""
    resolver = EndpointResolver(loader(data).load_data("endpoints"))
    found: dict[tuple[str, bool, bool], object] = {}
    for region, (dual_stack, fips) in product(regions(), VARIANTS):
        try:
            found[region, dual_stack, fips] = resolver.construct_endpoint(
                service, region, use_dualstack_endpoint=dual_stack, use_fips_endpoint=fips
            )
        except BotoCoreError as error:
            found[region, dual_stack, fips] = repr(error)
    return found


def ruled_outcomes(data: Path, service: str) -> dict[tuple[str, bool, bool], object]:
    """The same by the service's endpoint rules."""
    files = loader(data)
    provider = EndpointProvider(
        files.load_service_model(service, "endpoint-rule-set-1"), files.load_data("partitions")
    )
    found: dict[tuple[str, bool, bool], object] = {}
    for region, (dual_stack, fips) in product(regions(), VARIANTS):
        try:
            endpoint = provider.resolve_endpoint(
                Region=region, UseDualStack=dual_stack, UseFIPS=fips
            )
            found[region, dual_stack, fips] = endpoint.url, endpoint.properties, endpoint.headers
        except BotoCoreError as error:
            found[region, dual_stack, fips] = repr(error)
    return found


def endpoints_of_clients(data: Path) -> dict[tuple[str, str], str]:
    """The addresses that real clients use, by service and Region: one Region of each partition."""
    session = botocore.session.Session()
    session.set_config_variable("config_file", os.devnull)
    session.register_component("data_loader", loader(data))
    session.set_credentials("nobody", "nothing")
    return {
        (service, region): session.create_client(service, region).meta.endpoint_url
        for service in SERVICES
        for region in (
            min(partition["regions"])
            for partition in loader(FULL).load_data("endpoints")["partitions"]
        )
    }


@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_are_the_same_in_every_region(pruned: Path, service: str) -> None:
    """In all partitions, for dual-stack and FIPS, also in Regions newer than the data."""
    expected = outcomes(FULL, service)
    assert len(expected) > 160
    assert outcomes(pruned, service) == expected


@pytest.mark.parametrize("service", SERVICES)
def test_endpoint_rules_give_the_same_in_every_region(pruned: Path, service: str) -> None:
    """The rules are what clients go by; endpoints.json decides about signing Regions."""
    assert ruled_outcomes(pruned, service) == ruled_outcomes(FULL, service)


def test_clients_use_the_same_endpoint_in_every_partition(pruned: Path) -> None:
    """Made as boto3 makes them, from the data alone."""
    assert endpoints_of_clients(pruned) == endpoints_of_clients(FULL)


def test_only_the_services_in_use_remain(pruned: Path) -> None:
    """Others are unknown, and what is of no service is as it was."""
    files = loader(pruned)
    assert files.list_available_services("service-2") == sorted(SERVICES)
    with pytest.raises(UnknownServiceError):
        files.load_service_model("s3", "service-2")
    for path in FULL.glob("*.json"):
        same = path.name != "endpoints.json"
        assert ((pruned / path.name).read_bytes() == path.read_bytes()) is same


def test_layer_imports_without_the_removed_packages() -> None:
    """Every module of the layer loads, and a client of each service can be made."""
    removed = {path.replace("/", "."): None for path in UNUSED}
    program = f"""
import sys
sys.modules.update({removed!r})
from importlib import import_module
from pkgutil import walk_packages
import boto3, jwt, pydantic, token_service
import aws_lambda_powertools, aws_lambda_powertools.event_handler
for module in walk_packages(token_service.__path__, "token_service."):
    import_module(module.name)
for service in {SERVICES!r}:
    boto3.client(service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
class Model(pydantic.BaseModel):
    url: pydantic.HttpUrl
Model(url="https://a.test")
"""
    subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program], env={"PYTHONPATH": str(LAYER)}, check=True, timeout=60
    )


def test_layout_that_is_not_as_expected_fails_the_build(tmp_path: Path) -> None:
    """So that nothing large comes back unnoticed with a new version."""
    with pytest.raises(FileNotFoundError):
        prune(tmp_path)
    with pytest.raises(FileNotFoundError):
        prune_data(tmp_path)


def test_metadata_and_licences_stay(tmp_path: Path) -> None:
    """Scanners look for METADATA; RECORD would list files that are gone."""
    for path in UNUSED:
        (tmp_path / path).mkdir(parents=True)
    data = tmp_path / "botocore/data"
    for service in (*SERVICES, "s3"):
        (data / service).mkdir(parents=True)
    (data / "endpoints.json").write_text('{"partitions": []}', "utf-8")
    package = tmp_path / "package-1.dist-info"
    package.mkdir()
    for name in ("METADATA", "RECORD", "LICENSE"):
        (package / name).touch()
    (tmp_path / "module.py").touch()
    (tmp_path / "module.pyi").touch()
    prune(tmp_path)
    assert {path.name for path in package.iterdir()} == {"METADATA", "LICENSE"}
    assert (tmp_path / "module.py").exists()
    assert not (tmp_path / "module.pyi").exists()
