# SPDX-License-Identifier: Apache-2.0
"""The `telesift` command."""

import typer

from telesift.commands import catalog

app = typer.Typer(no_args_is_help=True)
app.add_typer(catalog.app, name="catalog")


def main() -> None:
    """Run the command line."""
    app()
