# SPDX-License-Identifier: Apache-2.0
"""What the local stack is made of: the services, their ports and their settings."""

import os
import sys
from pathlib import Path
from typing import Final

from telesift.processes import Service

PROCESSOR: Final = 4319
PSR: Final = 4320
COLLECTOR: Final = 4318
COLLECTOR_HEALTH: Final = 13133

SINK_FILE: Final = "collector-config/sink-file.yaml"
NO_COLLECTOR: Final = "none; make collector builds one, or name one in OTELCOL_BIN"
ROOT: Final = Path(__file__).parents[1]

# Tokens of the local stack alone: dev auth refuses to start in production.
DEV_TOKENS: Final = {
    "dev-user": "11111111-1111-4111-8111-111111111111:user",
    "dev-service": "22222222-2222-4222-8222-222222222222:service",
    "dev-analyst": "33333333-3333-4333-8333-333333333333:analyst",
}


def services(data_dir: Path, database_url: str) -> list[Service]:
    """Name the processes of the stack, in the order they start.

    The collector is left out where there is none to run; then events go to log and database.
    """
    collector = find_collector()
    env = {
        "AUTH_MODE": "dev",
        "AUTH_DEV_TOKENS": ",".join(f"{token}:{who}" for token, who in DEV_TOKENS.items()),
        "DATABASE_URL": database_url,
        "TELEMETRY_SINK": "logs,db,otlp" if collector else "logs,db",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"http://127.0.0.1:{COLLECTOR}/v1/logs",
        "TELESIFT_DATA_DIR": str(data_dir),
    }
    return [
        *([_collector(collector, data_dir)] if collector else []),
        _telesift("processor", PROCESSOR, env, shows_stdout=True),
        _telesift("psr", PSR, env),
    ]


def find_collector() -> Path | None:
    """Give the collector of OTELCOL_BIN, or the one that `make collector` built."""
    path = Path(os.environ.get("OTELCOL_BIN") or ROOT / "build/otelcol")
    return path if path.is_file() else None


def _collector(program: Path, data_dir: Path) -> Service:
    configs = ("otelcol.yaml", "collector-config/generated/whitelist.yaml", SINK_FILE)
    return Service(
        name="collector",
        argv=[str(program), *(f"--config={ROOT / config}" for config in configs)],
        ready_url=f"http://127.0.0.1:{COLLECTOR_HEALTH}",
        env={"OTELCOL_DATA_DIR": str(data_dir / "collector")},
    )


def _telesift(name: str, port: int, env: dict[str, str], *, shows_stdout: bool = False) -> Service:
    program = str(Path(sys.executable).with_name("telesift"))
    return Service(
        name=name,
        argv=[program, "serve", name, "--port", str(port)],
        ready_url=f"http://127.0.0.1:{port}/readyz",
        env=env,
        shows_stdout=shows_stdout,
    )


def welcome(data_dir: Path) -> str:
    """Say where things are, and how to send a first event."""
    processor = f"http://127.0.0.1:{PROCESSOR}"
    collector = f"events in {data_dir}/collector" if find_collector() else NO_COLLECTOR
    return f"""
Telesift is up.

  OTLP logs      {processor}/v1/logs
  plain events   {processor}/telemetry/events
  ratings        http://127.0.0.1:{PSR}/psr
  API documents  {processor}/openapi.json, http://127.0.0.1:{PSR}/openapi.json
  collector      {collector}
  local state    {data_dir} (logs of the services in {data_dir}/log)
  dev tokens     {", ".join(DEV_TOKENS)}

Send an event:

  curl -s {processor}/telemetry/events \\
    -H 'Authorization: Bearer dev-user' -H 'Content-Type: application/json' \\
    -d '{{"events":[{{"event":"vault.search_performed","ts":'$(date +%s)'000,"result_count":7}}]}}'

Each accepted event appears below as one JSON line. Ctrl-C stops everything.
"""
