"""The function that serves the OpenAPI document and its page."""

import gzip
import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from tests.functions.deployment import EVENTS, Context, load_event, load_handler

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "status"),
    [("document", 200), ("page", 200), ("script", 200), ("not_found", 404), ("method", 405)],
)
def test_every_event_is_answered(name: str, status: int) -> None:
    """Without an environment, a table or a key."""
    answer = load_handler("docs").lambda_handler(load_event(f"docs/{name}"), Context())
    assert answer["statusCode"] == status
    assert {path.stem for path in (EVENTS / "docs").glob("*.json")} >= {name}


def test_the_document_is_what_is_committed() -> None:
    """As it is to who takes nothing else, compressed to browsers."""
    handler = load_handler("docs")
    plain = handler.lambda_handler(load_event("docs/document"), Context())
    assert json.loads(b64decode(plain["body"]))["openapi"].startswith("3.1")
    script = handler.lambda_handler(load_event("docs/script"), Context())
    assert b"SwaggerUIBundle" in gzip.decompress(b64decode(script["body"]))
    # API Gateway takes 6 MB from a function; clients that take no gzip are sent the most.
    assert len(gzip.decompress(b64decode(script["body"]))) * 4 / 3 < 5_000_000


def test_it_starts_quickly() -> None:
    """No AWS client, no tracer and no cryptography are loaded for the sake of a few files."""
    program = (
        "import sys; sys.path[:0] = ['layers/shared', 'functions/docs']; import handler; "
        "heavy = {'boto3', 'botocore.session', 'aws_xray_sdk', 'cryptography', 'jwt', 'pydantic'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    loaded = subprocess.run(  # noqa: S603 - the program is a constant
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout == "[]\n"
