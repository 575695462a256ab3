# SPDX-License-Identifier: Apache-2.0
"""Runs the Prompt Vault as `make up` does: under gunicorn, from its own configuration."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.services import Running, _is_ready, free_port, wait_until

ROOT = Path(__file__).parents[2]
GUNICORN = str(Path(sys.executable).with_name("gunicorn"))


@contextlib.contextmanager
def vault(data_dir: Path, env: Mapping[str, str], port: int | None = None) -> Iterator[Running]:
    """Run the vault on a free port for the length of a `with` block."""
    port = port or free_port()
    log = data_dir / "vault.stderr"
    data_dir.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [GUNICORN, "--config", str(ROOT / "examples/prompt-vault/gunicorn.conf.py")],
            env={"PATH": os.environ["PATH"], "VAULT_PORT": str(port)}
            | {"TELESIFT_DATA_DIR": str(data_dir)}
            | dict(env),
            stdout=stderr,
            stderr=stderr,
            start_new_session=True,
        )
    running = Running(process, f"http://127.0.0.1:{port}", log)
    try:
        wait_until(lambda: _is_ready(running), 30, "the vault to be ready")
        yield running
    finally:
        running.stop()
