# SPDX-License-Identifier: Apache-2.0
"""How the vault is served: `gunicorn --config examples/prompt-vault/gunicorn.conf.py`."""

import os
from pathlib import Path
from typing import Any

from service_kit.telemetry.logs import GunicornLogger

pythonpath = str(Path(__file__).parent)
wsgi_app = "prompt_vault.app:create()"
bind = f"127.0.0.1:{os.environ.get('VAULT_PORT', '8000')}"
worker_class = "gthread"
threads = 8  # as many as the pool in prompt_vault.models has connections
keepalive = 75
graceful_timeout = 15
proc_name = "prompt-vault"
logger_class = GunicornLogger


def post_fork(_server: Any, worker: Any) -> None:
    """Make the worker end well before its master would kill it.

    A browser's idle connections hold a gthread worker for the whole of its grace, and a killed
    worker leaves the embedded PostgreSQL running. The worker has its own copy of the settings.
    """
    worker.cfg.set("graceful_timeout", 2)
