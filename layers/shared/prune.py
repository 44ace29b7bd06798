"""Removes what the functions never read from the layer's packages: `python3.13 prune.py FOLDER`.

Botocore describes some 440 AWS services; a client of one of them lists them all and parses the
endpoints of all. Removing the unused ones halves the package and makes a cold start shorter. Other
entries only save size. tests/test_prune.py proves that endpoints resolve as before.
"""

import json
import shutil
import sys
from pathlib import Path

SERVICES = ("dynamodb", "lambda", "secretsmanager")
"""The services that functions make clients of.

STS and SSO are left out: in Lambda credentials come from the environment or, after a SnapStart
restore, from the container endpoint, and neither provider has a client.
"""

# Relative to the folder of packages. A path that a new version no longer has fails the build.
UNUSED = (
    "bin",  # console scripts
    "boto3/data",  # resource models: the functions use clients only
    "boto3/examples",
    "cffi",  # cryptography needs _cffi_backend alone; cffi and pycparser compile bindings
    "pycparser",
    "dateutil/zoneinfo",  # time zones; botocore knows UTC and local time only
    "pydantic/v1",  # models of pydantic 1
    "wrapt-stubs",
)
SOURCES = (".c", ".css", ".h", ".js", ".pyi")
"""Suffixes of files that Python never reads: C sources, type stubs, the page of Swagger UI."""


def prune(packages: Path) -> None:
    """Remove unused files from the folder `packages`, as pip filled it.

    Raises:
        OSError: a path is missing: a new version of a package is laid out differently.

    """
    for unused in UNUSED:
        shutil.rmtree(packages / unused)
    for path in packages.rglob("*"):
        if path.suffix in SOURCES:
            path.unlink()
    # RECORD lists files that are gone. METADATA stays for vulnerability scanners, and licences too.
    for path in packages.glob("*.dist-info/RECORD"):
        path.unlink()
    prune_data(packages / "botocore/data")


def prune_data(data: Path) -> None:
    """Keep the files of `SERVICES`, and those that are of no service, in botocore's data folder.

    Raises:
        OSError: a service or endpoints.json is missing.

    """
    for service in SERVICES:
        for path in (data / service).resolve(strict=True).glob("*/examples-*.json"):
            path.unlink()
    for path in data.iterdir():
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)
    endpoints = json.loads((data / "endpoints.json").read_text("utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in SERVICES if name in services}
    (data / "endpoints.json").write_text(json.dumps(endpoints, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    prune(Path(sys.argv[1]))
