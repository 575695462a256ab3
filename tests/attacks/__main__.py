# SPDX-License-Identifier: Apache-2.0
"""Prints what each attack does to each service, under our server and under others.

python -m tests.attacks                                 # ours
pip install --target build/servers uvicorn httptools uvicorn-worker granian hypercorn
python -m tests.attacks --server granian --packages build/servers
python -m tests.attacks --code OTHER_CHECKOUT           # `telesift serve` of another version
"""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.attacks import attacks
from tests.attacks.attacks import Attack, Seen
from tests.attacks.candidate import SERVERS
from tests.attacks.target import (
    OURS,
    PYTHON,
    Server,
    Target,
    hanging_host,
    raise_own_limit,
    running,
)

Row = tuple[str, Seen]


def main() -> None:
    """Attack each service under one server, and print a table."""
    given = _arguments()
    raise_own_limit()
    server, only = _server(given), set(given.attack)
    with ThreadPoolExecutor(len(given.service)) as threads:
        columns = list(threads.map(lambda one: dict(_rows(one, server, only)), given.service))
    table = Table("attack", *given.service, title=server.name)
    for name in columns[0]:
        table.add_row(name, *(_cell(column[name]) for column in columns))
    Console(width=given.width).print(table)


def _rows(service: str, server: Server, only: set[str]) -> Iterator[Row]:
    with hanging_host() as environ, running(service, server, environ) as target:
        yield from _attack(target, attacks.HANGING, only)
    with running(service, server, descriptors=256) as target:
        yield from _attack(target, attacks.SCARCE, only)
    with running(service, server) as target:
        yield from _attack(target, attacks.STARVING, only)
        yield from _attack(target, attacks.PLAIN, only)


def _attack(target: Target, kinds: tuple[Attack, ...], only: set[str]) -> Iterator[Row]:
    for attack in kinds:
        name = attack.__name__
        if only and name not in only:
            continue
        try:
            yield name, attack(target)
        except Exception as error:  # noqa: BLE001 - a server that is gone is a finding
            yield name, Seen(False, type(error).__name__)


def _cell(seen: Seen) -> str:
    return f"{'held' if seen.held else 'FELL'}: {seen.what}"


def _server(given: argparse.Namespace) -> Server:
    if given.code:
        return Server(given.name or "other code", OURS.argv, f"{given.packages}:{given.code}")
    if given.server == OURS.name:
        return OURS
    argv = (PYTHON, "-m", "tests.attacks.candidate", given.server)
    return Server(given.server, argv, f"{given.packages}:{Path.cwd()}{os.pathsep}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    services = ["processor", "psr", "dashboard"]
    parser.add_argument("--server", choices=[OURS.name, *SERVERS], default=OURS.name)
    parser.add_argument("--service", action="append", choices=services)
    parser.add_argument("--attack", action="append", default=[])
    parser.add_argument("--packages", default="", help="folder with the server's packages")
    parser.add_argument("--code", default="", help="another checkout, served by `telesift serve`")
    parser.add_argument("--name", default="")
    parser.add_argument("--width", type=int, default=140)
    given = parser.parse_args()
    given.service = given.service or services
    return given


if __name__ == "__main__":
    main()
