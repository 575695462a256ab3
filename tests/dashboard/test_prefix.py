# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium, where a proxy serves it under a path beside other applications."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from falcon import testing

from dashboard.app import create_app
from tests.asgi_server import listening
from tests.dashboard.conftest import TODAY, MakeSettings

SCRIPT = Path(__file__).with_name("prefix.mjs")
PREFIX = "/tools/telesift"


class Proxy(BaseHTTPRequestHandler):
    """Passes on what is under the prefix, with or without it, and knows nothing else."""

    port: ClassVar[int]
    strips: ClassVar[bool]

    def do_GET(self) -> None:
        """Pass a request on."""
        if not self.path.startswith(f"{PREFIX}/"):
            self.send_error(404)
            return
        path = self.path.removeprefix(PREFIX) if self.strips else self.path
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = HTTPConnection("127.0.0.1", self.port, timeout=20)
        there.request(self.command, path, body or None, dict(self.headers))
        answer = there.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        there.close()

    do_POST = do_DELETE = do_GET

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def proxying(to: str, strips: bool) -> Iterator[str]:
    """Serve what is at an address under the prefix; give the address of that."""
    made = {"port": urlsplit(to).port, "strips": strips}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Made", (Proxy,), made)) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("strips", [True, False], ids=["strips", "leaves"])
def test_page_works_under_a_prefix(make_settings: MakeSettings, strips: bool) -> None:
    """Scripts, panels, filters, downloads and the sign-in; its cookie stays under the prefix."""
    node = shutil.which("node")
    assert node, "these tests run a browser by node"
    environ = {} if strips else {"TELESIFT_PATH_PREFIX": PREFIX}
    app = create_app(make_settings(**environ), today=lambda: TODAY)
    with listening(app) as behind, proxying(behind, strips) as url:
        done = subprocess.run(
            [node, SCRIPT, url], capture_output=True, text=True, timeout=100, check=False
        )
    assert 0 == done.returncode, done.stderr
    assert {
        "missing": [],
        "cookies": [["telesift_dashboard", PREFIX]],
        "canvases": 1,
        "filtered": f"{PREFIX}/?version=v1",
        "cleared": f"{PREFIX}/",
        "csv": f"{PREFIX}/api/prompts.csv",
        "followed": f"{PREFIX}/?prompt_id",
        "left": 0,
    } == json.loads(done.stdout)


def test_prefix_without_its_slash_leads_to_the_page(make_settings: MakeSettings) -> None:
    """Relative links need it; the address is relative, for the scheme and host are a proxy's."""
    client = testing.TestClient(create_app(make_settings(TELESIFT_PATH_PREFIX=PREFIX)))
    answer = client.simulate_get(PREFIX, query_string="version=v1")
    assert (307, "telesift/?version=v1") == (answer.status_code, answer.headers["location"])
    assert 200 == client.simulate_get(f"{PREFIX}/").status_code
    assert 200 == client.simulate_get("/").status_code
