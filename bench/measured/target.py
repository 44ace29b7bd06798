"""Where the clients under measurement write to, and as whom."""

import os
from collections.abc import Callable
from typing import Any

ENDPOINT = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
REGION = os.environ["AWS_REGION"]
CREDENTIALS = (
    os.environ["AWS_ACCESS_KEY_ID"],
    os.environ["AWS_SECRET_ACCESS_KEY"],
    os.environ["AWS_SESSION_TOKEN"],
)

type Item = dict[str, Any]
"""As the low-level protocol has it: attribute name to {"S": ...} or {"N": ...}."""

type Put = Callable[[str, Item], object]
"""Writes an item to a table; the answer is true."""
