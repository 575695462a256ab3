# SPDX-License-Identifier: Apache-2.0
"""Whose word on the client's address and scheme is taken."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
import requests

from tests.services import free_port, wait_until

SERVER = """
import json
import sys
from service_kit.settings import ServiceSettings, read
from telesift.server import GunicornServer, options

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    body = json.dumps([scope["scheme"], scope["client"][0]]).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

given = json.loads(sys.argv[2])
settings = read(ServiceSettings, given, serving=False)
GunicornServer(lambda: app, options(settings, int(sys.argv[1]))).run()
"""
CLAIM = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}


@contextmanager
def serving(settings: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """Run our server around an application that tells what it sees; give its address."""
    port = free_port()
    argv = [sys.executable, "-c", SERVER, str(port), json.dumps(settings)]
    with subprocess.Popen(argv, env={**os.environ, **environ}) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url), 20, "the server to start")
        yield url
        process.terminate()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("", ["http", "127.0.0.1"]),
        ("10.0.0.0/8", ["http", "127.0.0.1"]),
        ("127.0.0.1", ["https", "198.51.100.7"]),
        ("127.0.0.0/8,198.51.100.0/24", ["https", "203.0.113.9"]),
    ],
)
def test_named_proxies_alone_say_who_the_client_is(proxies: str, seen: list[str]) -> None:
    """The rightmost address that is no proxy's; a variable of gunicorn's own changes nothing."""
    settings = {"TELESIFT_TRUSTED_PROXIES": proxies}
    with serving(settings, {"FORWARDED_ALLOW_IPS": "*"}) as url:
        assert seen == requests.get(url, headers=CLAIM, timeout=5).json()


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("127.0.0.0/8", ["http", "::ffff:127.0.0.1"]),
        ("::ffff:127.0.0.0/104", ["https", "198.51.100.7"]),
    ],
)
def test_one_socket_for_both_kinds_of_address_names_ipv4_as_ipv6(
    proxies: str, seen: list[str]
) -> None:
    """As docs/operations.md says; a form that is not named is not believed."""
    settings = {"TELESIFT_HOST": "::", "TELESIFT_TRUSTED_PROXIES": proxies}
    with serving(settings, {}) as url:
        assert seen == requests.get(url, headers=CLAIM, timeout=5).json()
