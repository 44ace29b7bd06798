"""What the comparison of token servers says of figures that are given to it."""

import base64
import json

import pytest

from bench.issuers import AUTHLIB, FAST, OIDC_PROVIDER, OIDC_PROVIDER_READING, OURS
from bench.meter import Use
from bench.throughput import Found, dollars, header_and_signature, text


def found(**changed: list[float]) -> Found:
    """Three rounds under ES256, in which every server not named took 2 s for 1,000 tokens."""
    names = (OURS, FAST, OIDC_PROVIDER, OIDC_PROVIDER_READING, AUTHLIB)
    seconds = {name: [2.0] * 3 for name in names} | changed
    return Found("ES256", seconds, dict.fromkeys(seconds, Use(reads=20, writes=20)))


def test_more_cpu_time_costs_more() -> None:
    """Two milliseconds a token are 1.73 GB of memory for 2,000 s in a million tokens."""
    assert dollars(0.002) == pytest.approx(0.046, abs=0.001)
    rows = text([found(**{OURS: [4.0] * 3, AUTHLIB: [5.0] * 3})]).splitlines()
    assert f"| {OIDC_PROVIDER} | +2.00 ms, +0.046 |" in rows
    assert f"| {AUTHLIB} | -1.00 ms, -0.023 |" in rows


def test_every_server_has_a_row_with_its_ratios_and_units_for_one_token() -> None:
    """Twenty reads and writes over the twenty tokens counted are one each."""
    one = found(**{OURS: [1.0] * 3})
    rows = [line for line in text([one]).splitlines() if line.startswith("| ")]
    row = next(line for line in rows if line.startswith(f"| {AUTHLIB}"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:6] == [
        "2.00 (2.00 to 2.00)",
        "0.50 (0.50 to 0.50)",
        "1.00 (1.00 to 1.00)",
        "1",
        "1",
    ]


@pytest.mark.parametrize("size", [64, 256])
def test_a_tokens_header_and_the_size_of_its_signature_are_told(size: int) -> None:
    """Whatever padding their base64url lacks."""
    header = {"alg": "ES256", "typ": "at+jwt"}
    parts = [json.dumps(header).encode(), b"{}", b"s" * size]
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    answer = json.dumps({"access_token": token}).encode()
    assert header_and_signature(answer) == (header, size)
