# SPDX-License-Identifier: Apache-2.0
"""The length of a body: refused by what is announced, and not believed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from falcon.testing import TestClient

from service_kit.http import middleware
from service_kit.http.body import TRUNCATED, read_body
from service_kit.http.limits import REQUEST_BYTES
from service_kit.http.problem import BadRequest
from service_kit.settings import ServiceSettings
from tests.service_kit.apps import asgi_client, wsgi_client


class Resource:
    """Wants a caller, as resources do."""

    def on_post(self, req: Any, resp: Any) -> None:
        pass


@pytest.mark.parametrize("make", [wsgi_client, asgi_client])
@pytest.mark.parametrize(("length", "status"), [(REQUEST_BYTES, 401), (REQUEST_BYTES + 1, 413)])
def test_length_is_refused_before_anybody_is_asked_who_sends_it(
    make: Callable[..., TestClient], length: int, status: int
) -> None:
    """A stranger who announces too much gets 413, one who does not 401."""
    client = make({"/": Resource()}, middleware.stack(ServiceSettings(), "test"))
    headers = {"Content-Length": str(length)}
    assert status == client.simulate_post("/", headers=headers).status_code


class Request:
    """A request whose client left after two bytes."""

    def __init__(self, content_length: int | None, **scope: object) -> None:
        self.content_length = content_length
        self.scope = scope
        self.stream = self

    def get_header(self, name: str) -> None:
        """Name no coding."""

    async def read(self, size: int) -> bytes:
        return b"{}"


@pytest.mark.parametrize("request_", [Request(3), Request(None, **{TRUNCATED: True})])
def test_half_a_body_is_not_a_whole_one(request_: Any) -> None:
    """Shorter than announced, or cut off by the connection's end: not read as if it were all."""
    with pytest.raises(BadRequest) as raised:
        asyncio.run(read_body(request_))
    assert "body_truncated" == raised.value.code


def test_a_whole_body_is_read() -> None:
    """Announced or chunked."""
    assert [b"{}"] * 2 == [asyncio.run(read_body(one)) for one in (Request(2), Request(None))]
