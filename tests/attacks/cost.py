# SPDX-License-Identifier: Apache-2.0
"""What a request costs under each server: CPU time side by side, the best of several turns.

    python -m tests.attacks.cost processor ours granian=build/servers today=OLD_PACKAGES:OLD_CODE

A name alone is our server; NAME=PYTHONPATH one of `candidate`'s or, by the name `today`,
`telesift serve` of other code.
"""

import contextlib
import socket
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.attacks import wire
from tests.attacks.target import OURS, PYTHON, Server, Target, running

TURNS = 5
REQUESTS = 800  # hypercorn ends a connection after a thousand
BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130",
    "Accept: */*", "Accept-Language: en-US,en;q=0.9", "Accept-Encoding: gzip, deflate, br, zstd",
    "Origin: https://app.example.com", "Referer: https://app.example.com/vault",
    "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-site", "Sec-Fetch-Dest: empty",
)  # fmt: skip


def main() -> None:
    """Measure, turn by turn over all servers, so that a busy moment hits each of them."""
    service, *names = sys.argv[1:]
    with contextlib.ExitStack() as stack:
        targets = [stack.enter_context(running(service, _server(name))) for name in names]
        turns = [[_cost(target) for target in targets] for _ in range(TURNS)]
        best = dict(zip((one.server.name for one in targets), map(min, *turns), strict=True))
        megabytes = {one.server.name: wire.resident_megabytes(one.pid) for one in targets}
    table = Table("server", "CPU per POST", "of the first", "memory", title=service)
    for name, cost in best.items():
        ratio = cost / best[targets[0].server.name]
        table.add_row(name, f"{cost * 1e6:.0f} us", f"{ratio:.2f}", f"{megabytes[name]:.0f} MB")
    Console(width=100).print(table)


def _cost(target: Target) -> float:
    """Return the CPU seconds per request on one connection that is kept."""
    request = b"".join(target.post("user-token", 0, *BROWSER))
    before = wire.cpu_seconds(target.pid)
    with contextlib.closing(wire.connect(target.port)) as sock:
        for _ in range(REQUESTS):
            sock.sendall(request)
            answer = wire.read_until(sock, b"\r\n\r\n")
            assert wire.status(answer) in {200, 204}, answer
            _read_body(sock, answer)
    return (wire.cpu_seconds(target.pid) - before) / REQUESTS


def _read_body(sock: socket.socket, answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = head.lower().split(b"\r\n")
    lengths = [int(one.split(b":")[1]) for one in fields if one.startswith(b"content-length")]
    while len(body) < sum(lengths):
        body += sock.recv(65_536)


def _server(given: str) -> Server:
    name, _, path = given.partition("=")
    if not path:
        return OURS
    if name == "today":
        return Server(name, OURS.argv, path)
    argv = (PYTHON, "-m", "tests.attacks.candidate", name)
    return Server(name, argv, f"{path}:{Path.cwd()}")


if __name__ == "__main__":
    main()
