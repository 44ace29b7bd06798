"""`python -m local`: what `make run` runs."""

import argparse
import signal
import sys
import time
from types import FrameType

from local import demo
from local.process import StackError
from local.stack import STATE_DIR, LocalStack

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone wants the stack to end; no handler of `Exception` may get in the way."""


def main() -> int:
    """Serve the deployed stack until a signal; the exit code."""
    parser = argparse.ArgumentParser(prog="make run", description=main.__doc__)
    parser.add_argument("--port", type=_port, default=8080)
    port = parser.parse_args().port
    for number in STOPPING:
        signal.signal(number, _stop)
    started = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {what}", flush=True)

    try:
        with LocalStack(port, say=say) as stack:
            say(f"done; credentials are in {STATE_DIR / 'demo.env'}, logs in {stack.logs}")
            print(f"ready: {stack.base_url}\n\n{demo.curls(stack.demo)}", flush=True)
            stack.aws.wait()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        print("stopped", flush=True)
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in STOPPING:  # once is enough: cleaning up is not to be interrupted
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
