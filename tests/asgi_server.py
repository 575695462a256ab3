# SPDX-License-Identifier: Apache-2.0
"""A real HTTP server in this process, for what Falcon's one-at-a-time test client cannot show."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.services import free_port, wait_until


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an ASGI application for the length of a `with` block; give its URL."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_config=None, access_log=False, interface="asgi3")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, 10, "the server to start")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
