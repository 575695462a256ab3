# SPDX-License-Identifier: Apache-2.0
"""Runs what is asked for `make_client` twice: in a WSGI and in an ASGI application."""

import pytest

from tests.service_kit.apps import MakeClient, asgi_client, wsgi_client


@pytest.fixture(params=[wsgi_client, asgi_client], ids=["wsgi", "asgi"])
def make_client(request: pytest.FixtureRequest) -> MakeClient:
    """Give the function that makes a client of either kind of application."""
    chosen: MakeClient = request.param
    return chosen
