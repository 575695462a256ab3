# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the address of a database, said before anything connects to it."""

import re
from collections.abc import Iterator
from ipaddress import IPv6Address
from pathlib import Path
from typing import Final

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

_MOST: Final = 65_535
_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_ENCODED: Final = "write @ : / % and spaces in a user or password as %40 %3A %2F %25 %20"


def objection(url: str) -> str | None:
    """Return what is wrong with a postgresql:// URL, without quoting it; None if nothing is."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError:  # its own words quote the password
        return f"cannot be read; {_ENCODED}"
    return next(_objections(given), None)


def _objections(given: dict[str, str]) -> Iterator[str]:
    hosts, ports = (given.get(name, "").split(",") for name in ("host", "port"))
    if not all(map(_is_port, ports)):
        yield f"has a port that is no number from 1 to {_MOST}; {_ENCODED}"
    if len(ports) not in {1, len(hosts)}:
        yield "must have one port, or one for each host"
    if not all(map(_is_host, hosts)):
        yield f"has a host that is none: only the name, the port stands apart; {_ENCODED}"
    if given.get("sslmode", "prefer") not in _MODES:
        yield f"has an sslmode that is none of {', '.join(_MODES)}"
    certificate = given.get("sslrootcert", "system")
    if certificate != "system" and not Path(certificate).is_file():
        yield "has an sslrootcert that is no file here"


def _is_port(text: str) -> bool:
    return text == "" or (re.fullmatch("[0-9]{1,5}", text) is not None and 1 <= int(text) <= _MOST)


def _is_host(text: str) -> bool:
    """Return whether it is a name, an address, or the directory of a socket."""
    return text.startswith(("/", "@")) or not re.search(r"[:@/?%\s]", text) or _is_ipv6(text)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
