# SPDX-License-Identifier: Apache-2.0
"""Everything that is generated: one row per file, one way to write and to check.

A target is a module of this package that renders text; most render the event catalog.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from processors.catalog.model import Catalog
from telesift.generate import (
    api_page,
    cli_page,
    collector,
    database_page,
    events_page,
    json_schema,
    settings_page,
    typescript,
)


class Target(NamedTuple):
    """One generated file: its `path` from the project's root, and `render`, which returns it."""

    path: str
    render: Callable[[Catalog], str]


def _grafana(name: str, _: Catalog) -> str:
    from telesift.generate import grafana  # needs Grafana's types, which development alone has

    return grafana.render(name)


TARGETS: Final = (
    Target("browser-sdk/src/generated/events.ts", typescript.events),
    Target("browser-sdk/src/generated/rules.ts", typescript.rules),
    Target("collector-config/generated/whitelist.yaml", collector.render),
    Target("processors/catalog/event.schema.json", json_schema.render),
    Target("docs/telemetry/events.md", events_page.render),
    Target("docs/reference/api.md", api_page.render),
    *(
        Target(f"docs/reference/openapi/{name}.json", partial(api_page.render_document, name))
        for name in api_page.SERVICES
    ),
    Target("docs/reference/settings.md", settings_page.render),
    Target("docs/reference/database.md", database_page.render),
    *(
        Target(f"collector-config/grafana/dashboards/{name}.json", partial(_grafana, name))
        for name in ("pipeline", "psr")
    ),
)


def targets(command_line: Any) -> tuple[Target, ...]:
    """Return every target, the page of the command line included."""
    page = Target("docs/reference/cli.md", partial(cli_page.render, command_line))
    return (*TARGETS, page)


def write(catalog: Catalog, root: Path, targets: Sequence[Target]) -> list[str]:
    """Write every target below `root`; a failure leaves all of them as they were."""
    with tempfile.TemporaryDirectory(dir=root, prefix=".generate-") as folder:
        for index, target in enumerate(targets):
            Path(folder, str(index)).write_text(target.render(catalog), encoding="utf-8")
        for index, target in enumerate(targets):
            (root / target.path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, str(index)).replace(root / target.path)
    return [target.path for target in targets]


def drifted(catalog: Catalog, root: Path, targets: Sequence[Target]) -> Iterator[str]:
    """Yield the targets below `root` that differ from what would be written now."""
    for target in targets:
        path = root / target.path
        current = path.read_text(encoding="utf-8") if path.is_file() else None
        if current != target.render(catalog):
            yield target.path
