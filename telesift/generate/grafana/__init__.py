# SPDX-License-Identifier: Apache-2.0
"""Grafana's dashboards as code; collector-config/grafana/dashboards/ has what is written here.

The types are Grafana's own (grafana-foundation-sdk), so what they let through Grafana reads.
"""

from collections.abc import Callable, Mapping
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from telesift.generate.grafana import pipeline, psr

DASHBOARDS: Final[Mapping[str, Callable[[], Dashboard]]] = {
    "pipeline": pipeline.dashboard,
    "psr": psr.dashboard,
}


def render(name: str) -> str:
    """Write a dashboard as JSON."""
    built = DASHBOARDS[name]().build()
    for number, panel in enumerate(built.panels or (), start=1):
        panel.id_val = number
    return f"{JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(built)}\n"
