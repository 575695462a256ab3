# SPDX-License-Identifier: Apache-2.0
"""`telesift catalog`: check the event catalog, write what comes from it, find who ignores it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from processors.catalog.document import CatalogError
from processors.catalog.load import EVENTS, load
from processors.catalog.model import Catalog
from service_kit.clock import utc_today

app = typer.Typer(help="The event catalog: lint, generate, check, scan.", no_args_is_help=True)

Directory = Annotated[
    Path,
    typer.Option(
        "--catalog", help="Where the catalog's files are.", show_default="the shipped one"
    ),
]
Root = Annotated[Path, typer.Option(help="The project's root, below which files are generated.")]


@app.command()
def lint(catalog: Directory = EVENTS) -> None:
    """Check names, owners, review dates, bounds and sensitivity; exit 1 on findings."""
    from processors.catalog.lint import lint as find

    _report(find(_load(catalog), utc_today()))


@app.command()
def generate(context: typer.Context, catalog: Directory = EVENTS, root: Root = Path()) -> None:
    """Write the types, the contract, the collector's whitelist, the dashboards and the docs."""
    from telesift.generate import targets, write

    for path in write(_load(catalog), root, targets(context.find_root().command)):
        typer.echo(path)


@app.command()
def check(context: typer.Context, catalog: Directory = EVENTS, root: Root = Path()) -> None:
    """Compare the generated files with what would be written now; exit 1 where they differ."""
    from telesift.generate import drifted, targets

    paths = drifted(_load(catalog), root, targets(context.find_root().command))
    _report(f"{path}: is not what would be generated now; run: make generate" for path in paths)


@app.command()
def scan(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files and folders to search.")],
    catalog: Directory = EVENTS,
) -> None:
    """Find events in JavaScript, TypeScript and Python code that are not in the catalog."""
    from processors.catalog.scan import scan as find

    _report(find(paths, _load(catalog).events))


def _load(directory: Path) -> Catalog:
    try:
        return load(directory)
    except CatalogError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


def _report(findings: Iterable[object]) -> None:
    lines = [str(finding) for finding in findings]
    for line in lines:
        typer.echo(line)
    if lines:
        raise typer.Exit(1)
