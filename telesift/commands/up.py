# SPDX-License-Identifier: Apache-2.0
"""`telesift up`: the local stack in the foreground."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from telesift.processes import Service, Stack, StartFailed

PROCESSOR_PORT = 4319

# Tokens of the local stack alone: dev auth refuses to start in production.
DEV_TOKENS = {
    "dev-user": "11111111-1111-4111-8111-111111111111:user",
    "dev-service": "22222222-2222-4222-8222-222222222222:service",
    "dev-analyst": "33333333-3333-4333-8333-333333333333:analyst",
}


def up(
    data_dir: Annotated[Path, typer.Option(envvar="TELESIFT_DATA_DIR")] = Path(".telesift"),
) -> None:
    """Start the local stack in the foreground; Ctrl-C stops everything it started."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with Stack(data_dir / "log") as stack:
            for service in services(data_dir):
                _say(f"starting {service.name} ...")
                stack.start(service)
            _say(_welcome(data_dir))
            stack.wait()
    except KeyboardInterrupt:
        _say("stopped")
    except StartFailed as failure:
        _say(f"error: {failure}")
        raise typer.Exit(1) from None


def services(data_dir: Path) -> list[Service]:
    """Name the processes of the stack, in the order they start."""
    tokens = ",".join(f"{token}:{who}" for token, who in DEV_TOKENS.items())
    return [
        Service(
            name="processor",
            argv=[_telesift(), "serve", "processor", "--port", str(PROCESSOR_PORT)],
            ready_url=f"http://127.0.0.1:{PROCESSOR_PORT}/readyz",
            env={
                "AUTH_MODE": "dev",
                "AUTH_DEV_TOKENS": tokens,
                "TELEMETRY_SINK": "logs",
                "TELESIFT_DATA_DIR": str(data_dir),
            },
            shows_stdout=True,
        )
    ]


def _telesift() -> str:
    return str(Path(sys.executable).with_name("telesift"))


def _welcome(data_dir: Path) -> str:
    return f"""
Telesift is up.

  OTLP logs      http://127.0.0.1:{PROCESSOR_PORT}/v1/logs
  plain events   http://127.0.0.1:{PROCESSOR_PORT}/telemetry/events
  API document   http://127.0.0.1:{PROCESSOR_PORT}/openapi.json
  local state    {data_dir} (service logs in {data_dir}/log)
  dev tokens     {", ".join(DEV_TOKENS)}

Send an event:

  curl -s http://127.0.0.1:{PROCESSOR_PORT}/telemetry/events \\
    -H 'Authorization: Bearer dev-user' -H 'Content-Type: application/json' \\
    -d '{{"events":[{{"event":"vault.search_performed","ts":'$(date +%s)'000,"result_count":7}}]}}'

Each accepted event appears below as one JSON line. Ctrl-C stops everything.
"""


def _say(text: str) -> None:
    """Speak on stderr: stdout carries events and nothing else, so that it can be piped."""
    print(text, file=sys.stderr, flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
