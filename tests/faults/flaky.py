# SPDX-License-Identifier: Apache-2.0
"""An OTLP endpoint that misbehaves on command, and remembers what it took."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import zstandard


class Mood(Enum):
    """How it answers."""

    WELL = auto()
    BUSY = auto()  # 429 with Retry-After
    UNAVAILABLE = auto()  # 503
    SILENT = auto()  # takes nothing, answers nothing
    FORGETFUL = auto()  # takes the request, and hangs up without an answer


class FlakyEndpoint(ThreadingHTTPServer):
    """Listens on a free port; `records` are those that it took, `refusals` counts the others."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1/logs"
        self.mood = Mood.WELL
        self.records: list[dict[str, Any]] = []
        self.refusals = 0
        self.ended = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: FlakyEndpoint
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        match self.server.mood:
            case Mood.WELL:
                self.server.records += _records(body)
                self._answer(200, b"{}")
            case Mood.FORGETFUL:
                self.server.records += _records(body)
                self._hang_up()
            case Mood.BUSY:
                self._refuse(429)
            case Mood.UNAVAILABLE:
                self._refuse(503)
            case Mood.SILENT:
                self.server.refusals += 1
                self.server.ended.wait()
                self._hang_up()

    def _refuse(self, status: int) -> None:
        self.server.refusals += 1
        self._answer(status, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.server.refusals += 1
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def misbehaving() -> Iterator[FlakyEndpoint]:
    """Run an endpoint for the length of a `with` block."""
    with FlakyEndpoint() as endpoint:
        threading.Thread(target=endpoint.serve_forever, daemon=True).start()
        try:
            yield endpoint
        finally:
            endpoint.ended.set()
            endpoint.shutdown()


def _records(body: bytes) -> list[dict[str, Any]]:
    """Read an OTLP/JSON request of concatenated zstd frames."""
    decompressor = zstandard.ZstdDecompressor()
    with decompressor.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        request = json.loads(reader.read())
    return [
        record
        for resource_logs in request["resourceLogs"]
        for scope_logs in resource_logs["scopeLogs"]
        for record in scope_logs["logRecords"]
    ]
