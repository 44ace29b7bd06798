"""Packages as `sam build` leaves them, and as Lambda then has them: zipped, and unpacked afresh."""

import os
import platform
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.report import ROOT

_SAM_PATH = ROOT / ".run/venv-sam/bin"  # SAM builds with the python3.13 that it finds first
_KEPT = ROOT / ".run/bench"
_ARCHITECTURES = {"aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Part:
    """A function's or a layer's folder, and its size in bytes as SAM uploads it and unpacked."""

    folder: Path
    zipped: int
    unzipped: int


def sam_build(template: Path, name: str, parameters: Mapping[str, str]) -> Path:
    """Build a template as this repository's defaults have it; the built template.

    It is built for this machine's processor, in a folder of the benchmarks' own. What has not
    changed since the last time is taken from SAM's cache.

    Raises:
        CalledProcessError: SAM failed; why is in .run/bench/<name>/log.

    """
    architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
    overrides = {"Architecture": architecture, **parameters}
    place = _KEPT / name
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "PATH": f"{_SAM_PATH}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "SAM_CLI_TELEMETRY": "0",
        # It asks AWS nothing, but wants to know a region.
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    place.mkdir(parents=True, exist_ok=True)
    # A development machine's setting; where a build compiles bytecode, it is to be in the package.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (place / "log").open("wb") as log:
        subprocess.run(  # noqa: S603 - our own paths
            [
                _SAM_PATH / "sam",
                *("build", "--cached", "--parallel", "--template-file", template),
                *("--build-dir", place / "build", "--cache-dir", place / "cache"),
                *("--parameter-overrides", *(f"{key}={value}" for key, value in overrides.items())),
            ],
            cwd=template.parent,
            env=environment,
            stdout=log,
            stderr=log,
            check=True,
        )
    return place / "build/template.yaml"


def unpack(built: Path, place: Path) -> Part:
    """A folder that SAM has built, through a zip file into a new folder at `place`.

    Its files have new times, as in Lambda: bytecode that goes by its source's time is stale.
    """
    archive = place.with_suffix(".zip")
    archive.parent.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in built.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in files:
            zipped.write(path, path.relative_to(built))
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(place)
    size = archive.stat().st_size
    archive.unlink()
    return Part(place, size, sum(path.stat().st_size for path in files))
