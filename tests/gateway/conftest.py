# SPDX-License-Identifier: Apache-2.0
"""The processor's application in this process: real outbox, real catalog, no sockets."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import falcon.asgi
import pytest
from falcon import testing

from processors.gateway.app import create_app
from processors.gateway.settings import ProcessorSettings
from service_kit.settings import read
from tests.services import TOKENS


class Client:
    """Speaks to one application that runs from its startup to its shutdown."""

    def __init__(self, app: falcon.asgi.App[Any, Any]) -> None:
        self._runner = asyncio.Runner()
        self._conductor = testing.ASGIConductor(app)

    def __enter__(self) -> "Client":
        self._runner.run(self._conductor.__aenter__())
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.run(self._conductor.__aexit__(*error))
        self._runner.close()

    def request(self, method: str, path: str, **kwargs: Any) -> testing.Result:
        """Send a request, with a user's credentials where the test brings none."""
        headers = {"Authorization": "Bearer user-token"} | kwargs.pop("headers", {})
        request = self._conductor.simulate_request(method, path, headers=headers, **kwargs)
        return self._runner.run(request)

    def get(self, path: str, **kwargs: Any) -> testing.Result:
        """Send a GET request."""
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> testing.Result:
        """Send a POST request."""
        return self.request("POST", path, **kwargs)


Connect = Callable[..., Client]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """Start processors with settings of the test's own, and stop them after it."""
    with ExitStack() as running:

        def connected(**environ: str) -> Client:
            base = {
                "AUTH_MODE": "dev",
                "AUTH_DEV_TOKENS": TOKENS,
                "TELESIFT_DATA_DIR": str(tmp_path),
                "ALLOWED_ORIGINS": "https://vault.example",
            }
            settings = read(ProcessorSettings, base | environ)
            return running.enter_context(Client(create_app(settings)))

        yield connected


@pytest.fixture
def client(connect: Connect) -> Client:
    """Start a processor with the settings of development."""
    return connect()
