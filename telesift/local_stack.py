# SPDX-License-Identifier: Apache-2.0
"""What the local stack is made of: the services, their ports and their settings."""

import os
import sys
from pathlib import Path
from typing import Final

from telesift.processes import Service

VAULT: Final = "http://127.0.0.1:8000"
PROCESSOR: Final = "http://127.0.0.1:4319"
PSR: Final = "http://127.0.0.1:4320"
DASHBOARD: Final = "http://127.0.0.1:4321"
COLLECTOR: Final = "http://127.0.0.1:4318"
COLLECTOR_HEALTH: Final = "http://127.0.0.1:13133"

ROOT: Final = Path(__file__).parents[1]
VAULT_CONFIG: Final = ROOT / "examples/prompt-vault/gunicorn.conf.py"
COLLECTOR_CONFIGS: Final = (
    "otelcol.yaml",
    "collector-config/generated/whitelist.yaml",
    "collector-config/sink-file.yaml",
    "examples/prompt-vault/spans.yaml",
)
NO_COLLECTOR: Final = "none; make collector builds one, or name one in OTELCOL_BIN"

# Tokens of the local stack alone: they are refused in production.
DEV_TOKENS: Final = {
    "dev-user": "11111111-1111-4111-8111-111111111111:user",
    "dev-service": "22222222-2222-4222-8222-222222222222:service",
    "dev-analyst": "33333333-3333-4333-8333-333333333333:analyst",
}


def services(data_dir: Path, database_url: str) -> list[Service]:
    """Return the processes of the stack, in the order they start.

    The collector is left out where there is none to run; then events go to log and database.
    So is the vault where there is only the installed package; then the services know the
    development tokens by themselves.
    """
    collector = find_collector()
    env = _environment(data_dir, database_url) | (_SPANS if collector else {})
    sinks = {"TELEMETRY_SINK": "logs,db,otlp" if collector else "logs,db"}
    return [
        *([_collector(collector, data_dir)] if collector else []),
        _telesift("processor", PROCESSOR, env | sinks, shows_stdout=True),
        _telesift("psr", PSR, env),
        *([_vault(env)] if has_vault() else []),
        _telesift("dashboard", DASHBOARD, env),
    ]


def find_collector() -> Path | None:
    """Return the collector of OTELCOL_BIN, or the one that `make collector` built."""
    path = Path(os.environ.get("OTELCOL_BIN") or ROOT / "build/otelcol")
    return path if path.is_file() and (ROOT / COLLECTOR_CONFIGS[0]).is_file() else None


def has_vault() -> bool:
    """Return whether the example is here: it belongs to the repository, not to the package."""
    return VAULT_CONFIG.is_file()


_SPANS: Final = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{COLLECTOR}/v1/traces"}
_WITH_VAULT: Final = {
    "AUTH_MODE": "session",
    "AUTH_ME_URL": f"{VAULT}/me",
    "ALLOWED_ORIGINS": VAULT,
    # Two demo users are a small group, and a trial takes more than three ratings per day.
    "PSR_MIN_GROUP": "1",
    "PSR_MAX_PROMPTS_PER_DAY": "100",
}


def _environment(data_dir: Path, database_url: str) -> dict[str, str]:
    return {
        "AUTH_DEV_TOKENS": ",".join(f"{token}:{who}" for token, who in DEV_TOKENS.items()),
        "DATABASE_URL": database_url,
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"{COLLECTOR}/v1/logs",
        "TELESIFT_DATA_DIR": str(data_dir),
        "TELESIFT_PROCESSOR_URL": PROCESSOR,
    } | (_WITH_VAULT if has_vault() else {"AUTH_MODE": "dev"})


def _collector(program: Path, data_dir: Path) -> Service:
    return Service(
        name="collector",
        argv=[str(program), *(f"--config={ROOT / config}" for config in COLLECTOR_CONFIGS)],
        ready_url=COLLECTOR_HEALTH,
        env={"OTELCOL_DATA_DIR": str(data_dir / "collector")},
    )


def _vault(env: dict[str, str]) -> Service:
    return Service(
        name="vault",
        argv=[_program("gunicorn"), f"--config={VAULT_CONFIG}"],
        ready_url=f"{VAULT}/readyz",
        env=env,
    )


def _telesift(name: str, url: str, env: dict[str, str], *, shows_stdout: bool = False) -> Service:
    return Service(
        name=name,
        argv=[_program("telesift"), "serve", name, f"--port={url.rpartition(':')[2]}"],
        ready_url=f"{url}/readyz",
        env=env,
        shows_stdout=shows_stdout,
    )


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def welcome(data_dir: Path) -> str:
    """Return where things are, the first to open first, and how to send a first event."""
    collector = f"events and spans in {data_dir}/collector" if find_collector() else NO_COLLECTOR
    first, analyst = (VAULT, "grace") if has_vault() else (DASHBOARD, "dev-analyst")
    return f"""
Telesift is up: {first}

  dashboard      {DASHBOARD} (sign in as {analyst})
  OTLP logs      {PROCESSOR}/v1/logs
  plain events   {PROCESSOR}/telemetry/events
  ratings        {PSR}/psr
  API documents  {PROCESSOR}/openapi.json, {PSR}/openapi.json
  collector      {collector}
  local state    {data_dir} (logs of the services in {data_dir}/log)
  dev tokens     {", ".join(DEV_TOKENS)}

Send an event:

  curl -s {PROCESSOR}/telemetry/events \\
    -H 'Authorization: Bearer dev-user' -H 'Content-Type: application/json' \\
    -d '{{"events":[{{"event":"vault.search_performed","ts":'$(date +%s)'000,"result_count":7}}]}}'

Each accepted event appears below as one JSON line. Ctrl-C stops everything.
"""
