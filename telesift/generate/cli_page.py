# SPDX-License-Identifier: Apache-2.0
"""docs/reference/cli.md: every command and option, in the words of `--help`."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, Final

from processors.catalog.model import Catalog
from telesift.generate.writing import GENERATED, table

_HEAD: Final = f"""\
# Command line

{GENERATED}

Commands find the database and the data directory by the services' own [settings](settings.md).
An exit code of 0 is good news, 1 is what the command says, 2 is a wrong option or setting.
`--help` works everywhere.
"""


def render(command_line: Any, _: Catalog) -> str:
    """Write the page."""
    return "\n".join((_HEAD, *_sections("telesift", command_line, None)))


def _sections(name: str, command: Any, parent: Any) -> Iterator[str]:
    """Yield a section for the command, or for each below it; typer has no types for either."""
    context = command.context_class(command, info_name=name, parent=parent)
    inner = getattr(command, "commands", {})
    if not inner:
        yield _section(command, context)
    for word, below in inner.items():
        yield from _sections(word, below, context)


def _section(command: Any, context: Any) -> str:
    about = f"## `{context.command_path}`\n\n{cleandoc(command.help)}\n"
    rows = list(_records(command, context))
    return f"{about}\n{table(('argument, option', 'meaning'), rows)}" if rows else about


def _records(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    for parameter in command.get_params(context):
        if parameter.name != "help":
            name, meaning = parameter.get_help_record(context)
            yield f"`{name.replace('  ', ' ')}`", meaning.replace("  ", " ")
