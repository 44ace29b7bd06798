"""The emulator's process: the AWS APIs on one port, the deployed HTTP API at the root of another.

Runs in the emulator's environment, which has MiniStack and Hypercorn and not this project's
libraries. `local/aws.py` starts it, hands it listening sockets, and writes one line to its
standard input: the id of the deployed API. The end of that input means that the launcher is gone,
however it went, and ends this process with all its children.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import gaps  # beside this file, which runs as a program
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app as emulator

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]


class FrontDoor:
    """Serves the deployed API at the root of `public_port`, all of the emulator elsewhere."""

    def __init__(self, public_port: int) -> None:
        self.public_port = public_port
        self.api_id = ""  # until something is deployed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "lifespan" or scope["server"][1] != self.public_port:
            await emulator(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        elif not _is_clean(scope):
            await _answer(send, 400, "Bad Request")
        elif not self.api_id:
            await _answer(send, 503, "Service Unavailable")
        else:
            # By path and not by host name: MiniStack keeps paths like /oauth2/token and /v2/...
            # for other services of its own, whatever the host, and takes them first.
            stage = f"/_aws/execute-api/{self.api_id}/$default"
            path, raw_path = stage + scope["path"], stage.encode() + scope["raw_path"]
            sent = {"path": path, "raw_path": raw_path, "headers": _forwarded(scope)}
            await emulator({**scope, **sent}, receive, send)


def _is_clean(scope: Scope) -> bool:
    """Whether API Gateway would take this request line: a path, and only ASCII in it."""
    raw_path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return raw_path.startswith(b"/") and raw_path.isascii() and query.isascii()


def _forwarded(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers as API Gateway passes them on, with how the request came to it."""
    sent = [header for header in scope["headers"] if not header[0].startswith(b"x-forwarded-")]
    return [
        *sent,
        (b"x-forwarded-for", scope["client"][0].encode()),
        (b"x-forwarded-port", str(scope["server"][1]).encode()),
        (b"x-forwarded-proto", scope["scheme"].encode()),
    ]


async def _answer(send: Send, status: int, message: str) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"message": message}).encode()})


def _follow_launcher(door: FrontDoor) -> None:
    """Take the API's id from the launcher, then outlive it by nothing."""
    door.api_id = sys.stdin.readline().strip()
    sys.stdin.read()
    shutil.rmtree(Path.cwd(), ignore_errors=True)  # the launcher would have done this
    os.killpg(os.getpgrp(), signal.SIGKILL)  # the Lambda workers are in this group too


def main() -> None:
    """Serve: PUBLIC_PORT LAMBDA_LOG FD..., the descriptors of listening sockets."""
    public_port, lambda_log, *descriptors = sys.argv[1:]
    gaps.close(Path(lambda_log))
    door = FrontDoor(int(public_port))
    threading.Thread(target=_follow_launcher, args=(door,), daemon=True).start()
    config = Config()
    config.bind = [f"fd://{descriptor}" for descriptor in descriptors]
    config.include_server_header = False
    asyncio.run(serve(door, config))


if __name__ == "__main__":
    main()
