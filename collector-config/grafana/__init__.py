# SPDX-License-Identifier: Apache-2.0
"""Grafana's dashboards as code; `make grafana` writes them into dashboards/.

The types are Grafana's own (grafana-foundation-sdk), so what they let through Grafana reads.
"""

from collections.abc import Callable, Mapping
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana import pipeline, psr

DASHBOARDS: Final[Mapping[str, Callable[[], Dashboard]]] = {
    "pipeline.json": pipeline.dashboard,
    "psr.json": psr.dashboard,
}


def files() -> dict[str, str]:
    """Give what each file of dashboards/ should hold."""
    return {name: _written(make()) for name, make in DASHBOARDS.items()}


def _written(dashboard: Dashboard) -> str:
    built = dashboard.build()
    for number, panel in enumerate(built.panels or (), start=1):
        panel.id_val = number
    return f"{JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(built)}\n"
