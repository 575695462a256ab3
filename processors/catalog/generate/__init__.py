# SPDX-License-Identifier: Apache-2.0
"""Everything that is written from the catalog: one module a target, one row a file."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from processors.catalog.generate import collector, docs, json_schema, typescript
from processors.catalog.model import Catalog


@dataclass(frozen=True, slots=True)
class Target:
    """One generated file, by its path from the project's root."""

    path: str
    render: Callable[[Catalog], str]


TARGETS: Final = (
    Target("browser-sdk/src/generated/events.ts", typescript.events),
    Target("browser-sdk/src/generated/rules.ts", typescript.rules),
    Target("collector-config/generated/whitelist.yaml", collector.render),
    Target("processors/catalog/event.schema.json", json_schema.render),
    Target("docs/telemetry/events.md", docs.render),
)


def write(catalog: Catalog, root: Path, *, targets: Sequence[Target] = TARGETS) -> list[str]:
    """Write every target below `root`; a failure leaves all of them as they were."""
    with tempfile.TemporaryDirectory(dir=root, prefix=".generate-") as folder:
        for index, target in enumerate(targets):
            Path(folder, str(index)).write_text(target.render(catalog), encoding="utf-8")
        for index, target in enumerate(targets):
            (root / target.path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, str(index)).replace(root / target.path)
    return [target.path for target in targets]


def drifted(catalog: Catalog, root: Path) -> Iterator[str]:
    """The targets below `root` that differ from what the catalog says now."""
    for target in TARGETS:
        path = root / target.path
        current = path.read_text(encoding="utf-8") if path.is_file() else None
        if current != target.render(catalog):
            yield target.path
