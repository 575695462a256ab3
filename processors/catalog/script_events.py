# SPDX-License-Identifier: Apache-2.0
"""Which events JavaScript and TypeScript name: read by a parser, imports of the SDK followed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from tree_sitter import Language, Node, Parser

TYPESCRIPT: Final = frozenset({".ts", ".cts", ".mts"})
COMPONENTS: Final = frozenset({".vue", ".svelte"})
SCRIPTS: Final = TYPESCRIPT | COMPONENTS | {".js", ".cjs", ".mjs", ".jsx", ".tsx"}

KEYS: Final = frozenset({"eventName", "event_name"})
"""What OTLP calls an event's name."""

_OURS: Final = re.compile(r"telesift")
"""The package's name, and a copy of its files under a path of the application's own."""

_OPENERS: Final = frozenset({"init", "initWithConsent"})


@dataclass(slots=True)
class Names:
    """What a file calls the parts of the SDK."""

    tracks: set[str] = field(default_factory=set)
    """Functions: `track`, and what it was imported as."""
    clients: set[str] = field(default_factory=set)
    """Objects that have a `track`: the whole module, and what `init` returned."""
    openers: set[str] = field(default_factory=set)
    """Functions that return a client."""

    def add(self, imported: str, local: str) -> None:
        """Record an import."""
        if imported == "track":
            self.tracks.add(local)
        if imported in _OPENERS:
            self.openers.add(local)


def script_uses(file: Path, text: str, names: Names) -> Iterator[tuple[int, str]]:
    """Return line and name of each event that a file names; what it imports is added to `names`."""
    root = _parser(file.suffix in TYPESCRIPT | COMPONENTS).parse(text.encode()).root_node
    nodes = list(_walk(root))
    for node in nodes:
        _read_import(node, file, names)
    if names == Names() and not any(map(_declares_track, nodes)):
        names.tracks.add("track")  # A page without modules: it comes from elsewhere in the page.
    for node in nodes:
        _read_client(node, names)
    for node in nodes:
        literal = _named_by(node, names)
        if literal is not None:
            yield literal.start_point.row + 1, _text(literal)[1:-1]


@cache
def _parser(typescript: bool) -> Parser:
    """Return a parser. TSX's grammar reads JavaScript too, but not TypeScript's `<T>value`."""
    import tree_sitter_typescript as grammars

    grammar = grammars.language_typescript() if typescript else grammars.language_tsx()
    return Parser(Language(grammar))


def _walk(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children))


def _read_import(node: Node, file: Path, names: Names) -> None:
    """Record what an `import`, a `require` or an `await import()` brings of the SDK."""
    if node.type == "import_statement":
        source = node.child_by_field_name("source")
        if source is None or not _is_ours(_text(source)[1:-1], file):
            return
        for part in _walk(node):
            if part.type == "import_specifier":
                imported = _field(part, "name")
                names.add(imported, _field(part, "alias") or imported)
            elif part.type == "namespace_import":
                names.clients.add(_text(part.children[-1]))
    elif node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        if value is not None and value.type == "await_expression":
            value = value.children[-1]
        if value is None or value.type != "call_expression" or not _is_required(value, file):
            return
        _read_pattern(node.child_by_field_name("name"), names)


def _is_required(call: Node, file: Path) -> bool:
    literal = _first_literal(call)
    required = _field(call, "function") in {"require", "import"}
    return required and literal is not None and _is_ours(_text(literal)[1:-1], file)


def _read_pattern(pattern: Node | None, names: Names) -> None:
    if pattern is None:
        return
    if pattern.type == "identifier":
        names.clients.add(_text(pattern))
    for part in pattern.children:
        if part.type == "shorthand_property_identifier_pattern":
            names.add(_text(part), _text(part))
        elif part.type == "pair_pattern":
            names.add(_field(part, "key"), _field(part, "value"))


def _declares_track(node: Node) -> bool:
    """Return whether a file has a `track` of its own, or of another package."""
    parts = {
        "import_specifier": ("alias", "name"),
        "variable_declarator": ("name",),
        "function_declaration": ("name",),
        "required_parameter": ("pattern",),
    }
    names = (_field(node, part) for part in parts.get(node.type, ()))
    local = next(filter(None, names), "")
    return "track" in re.split(r"[^\w$]+", local)


def _read_client(node: Node, names: Names) -> None:
    """Record a variable that holds what `init` returned."""
    sides = {"variable_declarator": ("name", "value"), "assignment_expression": ("left", "right")}
    if node.type not in sides:
        return
    left, right = (node.child_by_field_name(side) for side in sides[node.type])
    if left is None or right is None or left.type != "identifier":
        return
    if right.type == "call_expression" and _field(right, "function") in names.openers:
        names.clients.add(_text(left))


def _named_by(node: Node, names: Names) -> Node | None:
    """Return the literal that names an event, if the node does so."""
    if node.type == "call_expression":
        return _first_literal(node) if _is_track(node, names) else None
    if node.type == "pair":
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    elif node.type == "jsx_attribute":
        key, value = node.children[0], node.children[-1]
    else:
        return None
    if key is None or _text(key).strip("\"'") not in KEYS:
        return None
    return value if value is not None and _is_literal(value) else None


def _is_track(call: Node, names: Names) -> bool:
    function = call.child_by_field_name("function")
    if function is None:
        return False
    if function.type == "member_expression":
        owner, method = _field(function, "object"), _field(function, "property")
        return method == "track" and owner in names.clients
    return _text(function) in names.tracks


def _first_literal(call: Node) -> Node | None:
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else [part for part in arguments.children if part.is_named]
    return given[0] if given and _is_literal(given[0]) else None


def _is_literal(node: Node) -> bool:
    computed = any(part.type == "template_substitution" for part in node.children)
    return node.type in {"string", "template_string"} and not computed


def _is_ours(source: str, file: Path) -> bool:
    """Return whether a module is the SDK: by its name, or because a neighbour exports it again."""
    if _OURS.search(source):
        return True
    return source.startswith(".") and any(
        _hands_on(candidate) for candidate in _candidates(file.parent / source)
    )


def _candidates(path: Path) -> Iterator[Path]:
    stem = path.with_suffix("") if path.suffix in SCRIPTS else path
    for base in (stem, path / "index"):
        yield from (base.with_name(base.name + suffix) for suffix in sorted(SCRIPTS))


@cache
def _hands_on(path: Path) -> bool:
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.search(r"export\b[^;\n]*\bfrom\s*[\"'][^\"']*telesift", text) is not None


def _field(node: Node, name: str) -> str:
    child = node.child_by_field_name(name)
    return "" if child is None else _text(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
