# SPDX-License-Identifier: Apache-2.0
"""A report as one file to mail around: it asks nothing of any server, and follows the theme."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from string import Template
from typing import Final

from telesift.reports.sheet import Bar, Cell, Sheet, Spark

_PAGE: Final = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: light-dark(#1c1f26, #e8eaee); background: light-dark(#fff, #14161a); }
h1 { font-size: 1.3rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid light-dark(#d9dce2, #363b45); }
.name, th.name { text-align: left; font-weight: normal; }
thead th { color: light-dark(#565d6b, #a9b0bd); }
svg { width: 6rem; height: 1rem; vertical-align: middle; }
rect { fill: light-dark(#2a5cb8, #8db4ff); }
.track { fill: light-dark(#e5e9f0, #2a2f38); }
p { color: light-dark(#565d6b, #a9b0bd); }
</style>
</head>
<body>
<h1>$title</h1>
<div role="region" tabindex="0" aria-label="$title">
<table>
<thead><tr>$headings</tr></thead>
<tbody>
$lines
</tbody>
</table>
</div>
$notes
<p>Made by Telesift, $at UTC.</p>
</body>
</html>
""")


def html(sheet: Sheet, at: datetime) -> str:
    """Write a report as a page."""
    return _PAGE.substitute(
        title=escape(sheet.title),
        headings="".join(
            f'<th scope="col"{_class(place, sheet)}>{escape(words)}</th>'
            for place, words in enumerate(sheet.headings)
        ),
        lines="\n".join(f"<tr>{''.join(_cells(line, sheet))}</tr>" for line in sheet.lines),
        notes="".join(f"<p>{escape(note)}</p>\n" for note in sheet.notes),
        at=f"{at:%Y-%m-%d %H:%M}",
    )


def _cells(line: Iterable[Cell], sheet: Sheet) -> Iterable[str]:
    for place, cell in enumerate(line):
        tag = 'th scope="row"' if place == 0 else "td"
        yield f"<{tag}{_class(place, sheet)}>{_drawn(cell)}</{tag[:2]}>"


def _class(place: int, sheet: Sheet) -> str:
    return ' class="name"' if place < sheet.names else ""


def _drawn(cell: Cell) -> str:
    match cell:
        case Bar(share):
            return _picture(
                f"{share:.0%}",
                '<rect class="track" y="4" width="100" height="8"/>'
                f'<rect y="4" width="{100 * share:.1f}" height="8"/>',
            )
        case Spark(counts):
            return _picture(", ".join(map(str, counts)), "".join(_columns(counts)))
        case words:
            return escape(words)


def _picture(label: str, shapes: str) -> str:
    attributes = f'role="img" aria-label="{label}" viewBox="0 0 100 16" preserveAspectRatio="none"'
    return f"<svg {attributes}>{shapes}</svg>"


def _columns(counts: Iterable[int]) -> Iterable[str]:
    known = list(counts)
    highest, width = max(*known, 1), 100 / len(known)
    for at, count in enumerate(known):
        height = 16 * count / highest
        yield (
            f'<rect x="{at * width:.2f}" y="{16 - height:.2f}"'
            f' width="{width * 0.85:.2f}" height="{height:.2f}"/>'
        )
