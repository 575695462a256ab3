# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/ that are written from what they describe; `make generate` writes them."""

import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from psr_service.store import fetch
from service_kit import migrations, postgres
from service_kit.embedded_postgres import EmbeddedPostgres
from service_kit.settings import page as settings
from telesift.database import HISTORIES
from telesift.reference import api, commands, dictionary

PSR = "docs/psr.md"
"""The one page that is generated in part: its end is the data dictionary."""


def pages() -> Mapping[str, str]:
    """Give the generated files by their paths from the project's root, the dictionary aside."""
    documents = {
        f"docs/reference/openapi/{service.name}.json": api.document(service)
        for service in api.SERVICES
    }
    return documents | {
        "docs/reference/api.md": api.markdown(),
        "docs/reference/cli.md": commands.markdown(),
        "docs/reference/settings.md": settings.markdown(),
    }


def write(root: Path) -> Iterator[str]:
    """Write every file below `root`; give their paths as they are written."""
    for path, text in pages().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        yield path
    page = (root / PSR).read_text(encoding="utf-8").partition(dictionary.MARK)[0]
    (root / PSR).write_text(page + dictionary.MARK + _dictionary(), encoding="utf-8")
    yield PSR


def _dictionary() -> str:
    """Ask a database that has just been migrated; needs the extra `embedded`."""
    with (
        tempfile.TemporaryDirectory(prefix="telesift-") as folder,
        EmbeddedPostgres(Path(folder, "postgres")) as server,
    ):
        database = postgres.single(server.url)
        migrations.up(database, HISTORIES)
        with database.connection_context():
            return dictionary.dictionary(partial(fetch, database))
