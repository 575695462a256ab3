# SPDX-License-Identifier: Apache-2.0
"""Whether a service can listen at its address, asked before gunicorn tries."""

import errno
import os
import socket
import time
from typing import Final

_TRIES: Final = 5  # a service that is being restarted may still be draining
_WAIT_SECONDS: Final = 1


class AddressUnusable(Exception):
    """Nothing can listen at the address; the message says why, and what to do."""


def check(host: str, port: int) -> None:
    """Raise `AddressUnusable` where a service cannot listen; wait a little for a port in use."""
    for attempt in range(1, _TRIES + 1):
        try:
            _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or attempt == _TRIES:
                raise AddressUnusable(f"{host}:{port} {_why(error)}") from error
            time.sleep(_WAIT_SECONDS)
        else:
            return


def _bind(host: str, port: int) -> None:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        probe.bind(address)
        probe.listen(1)


def _why(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            "is no address of this machine: set TELESIFT_HOST to one that is,"
            " or to 0.0.0.0 for all of them"
        )
    if error.errno == errno.EADDRINUSE:
        return (
            "is taken by another process: stop that one (ss -ltnp names it),"
            " or name another port with --port"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return "is not for this account: name a port from 1024 on with --port"
    reason = os.strerror(error.errno or 0)
    return f"cannot be listened at ({reason}): set TELESIFT_HOST and --port to another"
