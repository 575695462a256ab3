# SPDX-License-Identifier: Apache-2.0
"""Takes the dashboard's pictures for the README: `python -m tests.dashboard.pictures [FOLDER]`."""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from processors.delivery.sinks.postgres import partitions
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.postgres.embedded import EmbeddedPostgres
from telesift.database import HISTORIES
from tests import services

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "docs/images"


def main(images: Path) -> None:
    """Serve a month that could have been, and look at it."""
    with tempfile.TemporaryDirectory(prefix="telesift-pictures-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where we are root
        with EmbeddedPostgres(folder / "postgres") as server:
            _seed(server.url)
            with services.serving("processor", folder / "processor") as processor:
                _post_events(processor.url)
                _look(server.url, processor.url, folder / "dashboard", images)


def _seed(url: str) -> None:
    database = postgres.single(url)
    migrations.up(database, HISTORIES)
    today = datetime.now(UTC).date()
    with database.connection_context(), database.atomic():
        partitions.make(database, [today - timedelta(days=days) for days in range(8)])
        database.execute_sql((HERE / "pictures.sql").read_text())


def _post_events(url: str) -> None:
    """Post events, so that the ledger has something to show, also of what is rejected."""
    event = {"event": "vault.search_performed", "ts": round(time.time() * 1000)}
    events = [event | {"result_count": n} for n in range(40)]
    events += [event | {"result_count": -1}, event | {"event": "unheard.of"}]
    headers = services.bearer()
    answer = requests.post(
        f"{url}/telemetry/events", json={"events": events}, headers=headers, timeout=10
    )
    answer.raise_for_status()


def _look(database_url: str, processor_url: str, folder: Path, images: Path) -> None:
    env = {"DATABASE_URL": database_url, "TELESIFT_PROCESSOR_URL": processor_url}
    with services.serving("dashboard", folder, env) as dashboard:
        command = ["node", str(HERE / "pictures.mjs"), dashboard.url, str(images)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
