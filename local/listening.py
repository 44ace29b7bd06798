"""Loopback sockets, bound before any work is done: a port in use is known at once."""

import errno
import socket

from local.process import StackError

BACKLOG = 128  # connections that wait to be taken


def listen(port: int) -> list[socket.socket]:
    """Listen on `port`, 0 for any free one, at 127.0.0.1 and, where there is IPv6, at ::1.

    Both, because `localhost` means ::1 first to many clients.
    """
    try:
        ipv4 = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    except OSError as error:
        raise StackError(_sentence(port, error)) from error
    chosen = ipv4.getsockname()[1]
    try:
        ipv6 = socket.create_server(("::1", chosen), family=socket.AF_INET6, backlog=BACKLOG)
    except OSError as error:
        if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            return [ipv4]  # a machine without IPv6
        ipv4.close()
        raise StackError(_sentence(chosen, error)) from error
    return [ipv4, ipv6]


def _sentence(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use: choose another, as in `make run PORT={port + 1}`."
    return f"Port {port} can't be listened on: {error.strerror}."
