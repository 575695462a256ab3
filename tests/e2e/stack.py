# SPDX-License-Identifier: Apache-2.0
"""The whole stack on free ports, for the tests in a browser: PostgreSQL, processor, PSR, vault.

As a program (`python -m tests.e2e.stack`) it prints the services' addresses as one line of JSON,
then carries out one command a line until its standard input ends:

    {"do": "sql", "text": "select ..."}                     -> {"rows": [...]}
    {"do": "stop" | "pause" | "resume", "service": "psr"}   -> {}
    {"do": "start", "service": "psr", "env": {...}}         -> {}
    {"do": "spans"}                                         -> {"spans": [...]}
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psycopg
import requests

from service_kit.postgres.embedded import EmbeddedPostgres
from tests.services import free_port, wait_until

ROOT: Final = Path(__file__).parents[2]
BIN: Final = Path(sys.executable).parent
COLLECTOR: Final = ROOT / "build" / "otelcol"
READY_SECONDS: Final = 40

COLLECTOR_CONFIGS: Final = ("tests/e2e/collector.yaml", "examples/prompt-vault/spans.yaml")
VAULT: Final = [str(BIN / "gunicorn"), "--config", "examples/prompt-vault/gunicorn.conf.py"]
SIGNALS: Final = {"pause": signal.SIGSTOP, "resume": signal.SIGCONT}


class Process:
    """One service: how to start it (again), and where it is."""

    def __init__(self, argv: list[str], url: str, ready: str, env: Mapping[str, str], log: Path):
        self.argv, self.url, self.ready, self.env, self.log = argv, url, ready, env, log
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Start it, and wait until it is ready."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.argv,
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **self.env, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._is_ready, READY_SECONDS, f"{self.log.stem}; see {self.log}")

    def stop(self) -> None:
        """End it the polite way."""
        if self._running:
            self.signal(signal.SIGCONT)
            self._running.terminate()
            self._running.wait(30)
            self._running = None

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole group: gunicorn's master and its worker."""
        if self._running:
            os.killpg(self._running.pid, number)

    def _is_ready(self) -> bool:
        assert self._running and self._running.poll() is None, f"it ended; see {self.log}"
        try:
            # the collector answers 405, which will do: it is there
            return requests.get(self.url + self.ready, timeout=1).status_code < 500
        except requests.RequestException:
            return False


class E2eStack:
    """Everything that the story needs, as processes."""

    def __init__(self, directory: Path, env: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._given = env or {}
        self._exit = ExitStack()
        self.services: dict[str, Process] = {}
        self.database_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as exit_stack:
            server = exit_stack.enter_context(EmbeddedPostgres(self._directory / "postgres"))
            self.database_url = server.url
            self.services = self._make()
            for (
                service
            ) in self.services.values():  # the collector ends last, after the others' spans
                exit_stack.callback(service.stop)
            with ThreadPoolExecutor() as threads:
                list(threads.map(Process.start, self.services.values()))
            self._exit = exit_stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._exit.close()

    def spans(self) -> list[dict[str, Any]]:
        """Return every span that was exported: its service, name, trace and parent."""
        path = self._directory / "spans.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [
            {"service": _service_of(part["resource"])}
            | {key: span.get(key, "") for key in ("name", "traceId", "spanId", "parentSpanId")}
            for line in lines
            if line.endswith("\n")
            for part in json.loads(line)["resourceSpans"]
            for scope in part["scopeSpans"]
            for span in scope["spans"]
        ]

    def query(self, text: str) -> list[list[Any]]:
        """Run a statement, and return its rows."""
        with psycopg.connect(self.database_url) as connection, connection.cursor() as cursor:
            cursor.execute(text)
            return [list(row) for row in cursor.fetchall()] if cursor.description else []

    def _make(self) -> dict[str, Process]:
        names = ("collector", "vault", "processor", "psr")
        ports = {name: free_port() for name in names}
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        env = self._environment(ports, urls)
        argv = {
            "collector": [str(COLLECTOR), *(f"--config={path}" for path in COLLECTOR_CONFIGS)],
            "vault": VAULT,
            "processor": _telesift("processor", ports),
            "psr": _telesift("psr", ports),
        }
        wanted = names if COLLECTOR.exists() else names[1:]
        return {
            name: Process(
                argv[name],
                urls[name],
                "/v1/traces" if name == "collector" else "/readyz",
                env,
                self._directory / f"{name}.log",
            )
            for name in wanted
        }

    def _environment(self, ports: Mapping[str, int], urls: Mapping[str, str]) -> dict[str, str]:
        env = {
            "DATABASE_URL": self.database_url,
            "AUTH_MODE": "session",
            "AUTH_ME_URL": f"{urls['vault']}/me",
            "AUTH_CACHE_SECONDS": "1",
            "ALLOWED_ORIGINS": urls["vault"],
            "PROMPT_LOOKUP_URL": f"{urls['vault']}/prompts/{{prompt_id}}",
            "PSR_MAX_PROMPTS_PER_DAY": "1000",
            "TELEMETRY_SINK": "db",
            "TELESIFT_DATA_DIR": str(self._directory),
            "TELESIFT_RATE_LIMIT": "100000",
            "VAULT_PORT": str(ports["vault"]),
            "VAULT_PROCESSOR_URL": urls["processor"],
            "VAULT_PSR_URL": urls["psr"],
        }
        if COLLECTOR.exists():
            env |= {
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{urls['collector']}/v1/traces",
                "OTEL_BSP_SCHEDULE_DELAY": "100",
                "E2E_COLLECTOR_PORT": str(ports["collector"]),
                "OTELCOL_DATA_DIR": str(self._directory),
            }
        return env | dict(self._given)


def _telesift(service: str, ports: Mapping[str, int]) -> list[str]:
    return [str(BIN / "telesift"), "serve", service, "--port", str(ports[service])]


def _service_of(resource: Mapping[str, Any]) -> str:
    values = {item["key"]: item["value"] for item in resource["attributes"]}
    return str(values["service.name"]["stringValue"])


def _carry_out(stack: E2eStack, command: Mapping[str, Any]) -> dict[str, Any]:
    match command["do"]:
        case "sql":
            return {"rows": stack.query(command["text"])}
        case "spans":
            return {"spans": stack.spans()}
    service = stack.services[command["service"]]
    match command["do"]:
        case "start":
            service.start(command.get("env"))
        case "stop":
            service.stop()
        case name:
            service.signal(SIGNALS[name])
    return {}


def main() -> None:
    """Run the stack for whoever holds our standard input."""
    directory = Path(tempfile.mkdtemp(prefix="telesift-e2e-"))
    directory.chmod(0o755)  # root's embedded PostgreSQL runs under an account of its own
    with E2eStack(directory, json.loads(os.environ.get("E2E_ENV", "{}"))) as stack:
        addresses = {name: service.url for name, service in stack.services.items()}
        _answer(addresses | {"directory": str(directory)})
        for line in sys.stdin:
            _answer(_carry_out(stack, json.loads(line)))
    shutil.rmtree(directory, ignore_errors=True)


def _answer(value: object) -> None:
    sys.stdout.write(json.dumps(value, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
