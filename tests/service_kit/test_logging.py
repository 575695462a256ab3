# SPDX-License-Identifier: Apache-2.0
"""Logs, as a process writes them to its stderr."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from service_kit.telemetry.logs import template

CANARY = "canary-5e1d"

HEAD = """
import logging, sys, threading, warnings
import structlog
from service_kit.telemetry import logs as ours
from service_kit.settings import LogLevel, ServiceSettings

log = structlog.get_logger()  # made before the configuration, as modules do
canary = "canary-5e1d"
"""
CONFIGURE = "ours.configure(ServiceSettings())\n"


def run(script: str, configure: str = CONFIGURE) -> list[dict[str, Any]]:
    """Run a script whose logs are ours; return the lines of its stderr, each a JSON object."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + configure + script],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "" == done.stdout, "stdout belongs to the log sink"
    assert CANARY not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_an_event_is_one_json_object_a_line() -> None:
    """Name, fields, level, time; a field that is no JSON stands there by its type."""
    (line,) = run('log.info("relay.delivered", rows=12, sink="otlp", odd=object())\n')
    assert {
        "event": "relay.delivered",
        "rows": 12,
        "sink": "otlp",
        "odd": "<object>",
        "level": "info",
    } == {name: value for name, value in line.items() if name != "timestamp"}
    assert line["timestamp"].endswith("Z")


def test_an_event_within_a_request_names_its_trace() -> None:
    """From a request's answer to the log lines that it caused."""
    lines = run("""
import falcon
from falcon.testing import TestClient
from service_kit.telemetry.requests import TraceMiddleware

class Copy:
    def on_get(self, req, resp):
        log.info("inside")

app = falcon.App(middleware=[TraceMiddleware()])
app.add_route("/", Copy())
result = TestClient(app).simulate_get("/")
log.info("outside", traceparent=result.headers["traceparent"])
""")
    inside, outside = lines
    assert outside["traceparent"] == f"00-{inside['trace_id']}-{inside['span_id']}-00"
    assert "trace_id" not in outside


def test_an_exception_is_told_by_type_and_place() -> None:
    """Its message and its causes' messages, which quote input, are not."""
    (line,) = run("""
def parse():
    try:
        int(canary)
    except ValueError as error:
        raise KeyError(canary) from error

try:
    parse()
except KeyError as error:
    log.error("broken", exc_info=error)
""")
    assert ("KeyError", ["ValueError"]) == (line["error"], line["caused_by"])
    assert ["<module>", "parse"] == [place.split()[1] for place in line["where"]]


@pytest.mark.parametrize(
    "crash",
    [
        "raise ValueError(canary)",
        "t = threading.Thread(target=lambda: int(canary)); t.start(); t.join()",
    ],
    ids=["main", "thread"],
)
def test_a_crash_is_told_the_same_way(crash: str) -> None:
    """Python itself would print the message."""
    (line,) = run(crash)
    assert ("error.unhandled", "critical", "ValueError") == (
        line["event"],
        line["level"],
        line["error"],
    )


def test_libraries_lines_are_json_and_quote_nothing() -> None:
    """Gunicorn logs the URI of a request that failed, and warnings show values."""
    lines = run("""
logging.getLogger("gunicorn.error").error("Error handling request %s", canary)
logging.getLogger("gunicorn.error").info("Booting worker with pid: %s", 1234)
logging.getLogger("urllib3").warning("Retrying " + canary)
warnings.warn(canary)
try:
    int(canary)
except ValueError:
    logging.getLogger("asyncio").exception(canary)
""")
    assert ["log"] * 5 == [line["event"] for line in lines]
    assert [
        ("gunicorn.error", "error", "Error handling request …"),
        ("gunicorn.error", "info", "Booting worker with pid: 1234"),
        ("urllib3", "warning", None),
        ("py.warnings", "warning", None),
        ("asyncio", "error", None),
    ] == [(line["logger"], line["level"], line.get("message")) for line in lines]
    assert "ValueError" == lines[-1]["error"]


def test_the_level_holds_for_events_and_libraries() -> None:
    """LOG_LEVEL=warning: nothing below, from anybody."""
    lines = run(
        """
log.info("quiet")
log.warning("loud")
logging.getLogger("library").info("quiet %s", 1)
logging.getLogger("library").warning("loud %s", 1)
""",
        "ours.configure(ServiceSettings(log_level=LogLevel.WARNING))\n",
    )
    assert ["loud", "log"] == [line["event"] for line in lines]


def test_gunicorn_writes_through_our_log() -> None:
    """A real master, from its start to its end: every line of its is JSON."""
    lines = run("""
from gunicorn.app.base import BaseApplication
from service_kit.telemetry.logs import GunicornLogger

class Server(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", "127.0.0.1:0")
        self.cfg.set("logger_class", GunicornLogger)
        self.cfg.set("when_ready", lambda server: server.halt())

    def load(self):
        return None

Server().run()
""")
    assert {"gunicorn.error"} == {line["logger"] for line in lines}
    (start,) = [line for line in lines if "Listening at" in line.get("message", "")]
    assert start["where"].startswith("arbiter:")


@pytest.mark.parametrize(
    ("message", "args", "expected"),
    [
        ("pid %s", (7,), "pid 7"),
        ("%s took %.1f s", ("GET /x", 1.25), "… took 1.2 s"),
        ("%(who)s did %(count)d", ({"who": "ann", "count": 3},), "… did 3"),
        ("%d items", ("seven",), "%d items"),
        ("two %s", (1, 2), "two %s"),
        ("filled in before", (), None),
        (ValueError("x"), ("y",), None),
    ],
)
def test_a_template_keeps_numbers_only(message: Any, args: Any, expected: str | None) -> None:
    """And what cannot be filled in stays a template."""
    record = logging.LogRecord("lib", logging.INFO, __file__, 1, message, args, None)
    assert expected == template(record)
