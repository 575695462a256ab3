# SPDX-License-Identifier: Apache-2.0
"""docs/reference/api.md: every endpoint, out of the documents that the services serve.

What a document says of its schemas is shown as far as a reader of tables can use it; the
documents themselves lie beside the page.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from typing import Any, Final

from dashboard import openapi as dashboard
from processors.catalog.model import Catalog
from processors.gateway import openapi as processor
from psr_service import openapi as psr
from telesift.generate import json_schema
from telesift.generate.writing import GENERATED, code, table

Json = Mapping[str, Any]

SERVICES: Final[Mapping[str, int]] = {"processor": 4319, "psr": 4320, "dashboard": 4321}
"""The services that have an OpenAPI document, and their usual ports."""


def document(name: str, catalog: Catalog) -> Json:
    """Return a service's OpenAPI document."""
    if name == "processor":
        return processor.document(json_schema.schema(catalog))
    return psr.document() if name == "psr" else dashboard.document()


def render_document(name: str, catalog: Catalog) -> str:
    """Write a service's document as a file."""
    return json.dumps(document(name, catalog), indent=2, ensure_ascii=False) + "\n"


_HEAD: Final = f"""\
# API

{GENERATED}

Callers prove themselves with a bearer token or the host's session cookie.
Errors are explained, code by code, in [errors](errors.md);
the events in [their catalog](../telemetry/events.md).
Each service serves its document at `GET /openapi.json`
and its health at `GET /livez`, `GET /readyz` and `GET /version`, to anybody.
"""

_EVENT: Final = "Event"
"""The one schema that has a page of its own, and some fifty parts."""

_PROBLEM: Final = "`application/problem+json` [problem](errors.md#errors-a-whole-request)"


def render(catalog: Catalog) -> str:
    """Write the page."""
    documents = {name: document(name, catalog) for name in SERVICES}
    return "\n".join((_HEAD, *(_service(name, found) for name, found in documents.items())))


def _service(name: str, document: Json) -> str:
    """Return a service's part, its links within it: two services may have bodies of one name."""
    return "\n".join(_parts(name, document)).replace("](#", f"](#{name}-")


def _parts(name: str, document: Json) -> Iterator[str]:
    title = document["info"]["title"]
    link = f"[openapi/{name}.json](openapi/{name}.json)"
    yield f"## {title}\n\nPort {SERVICES[name]}; {link}.\n"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield _operation(f"{method.upper()} {path}", operation, document)
    yield f"### {title}: bodies\n"
    for schema in _named(document):
        yield _schema(f"{name}: {schema}", document["components"]["schemas"][schema])


def _operation(call: str, operation: Json, document: Json) -> str:
    lines = [f"### `{call}`\n", f"{operation['summary']}\n"]
    if parameters := operation.get("parameters"):
        rows = [(code(p["name"]), p["in"], _required(p), _words(p["schema"])) for p in parameters]
        lines.append(table(("parameter", "in", "", "value"), rows))
    if body := operation.get("requestBody"):
        lines.append(f"Takes {_bodies(body)}.\n")
    answers = list(_answers(operation["responses"], document))
    lines.append(table(("status", "answer", "body"), answers))
    return "\n".join(lines)


def _answers(responses: Json, document: Json) -> Iterator[tuple[str, ...]]:
    """Return the answers as rows; statuses that are answered alike share one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for status, given in responses.items():
        response = _resolved(given, document)
        body = _bodies(response)
        # Why a status is answered with a problem is said once, code by code.
        about = "What is wrong." if body == _PROBLEM else response["description"]
        alike.setdefault((about, body), []).append(status)
    for (about, body), statuses in alike.items():
        yield ", ".join(statuses), about, body


def _bodies(holder: Json) -> str:
    content = holder.get("content", {})
    return ", ".join(f"`{kind}` {_words(body['schema'])}".strip() for kind, body in content.items())


def _named(document: Json) -> list[str]:
    """Return the schemas that the operations use, and that no other page explains."""
    schemas, named = document["components"]["schemas"], list[str]()
    waiting = [*_references(document["paths"])]
    for name in waiting:  # which grows meanwhile
        if name not in named and not _is_elsewhere(name):
            named.append(name)
            waiting += _references(schemas[name])
    return named


def _is_elsewhere(name: str) -> bool:
    return name == _EVENT or name.startswith("Problem")


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if "$ref" in node and "/schemas/" in node["$ref"]:
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _schema(heading: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = [
        (code(key), "required" if key in required else "", _words(value))
        for key, value in schema.get("properties", {}).items()
    ]
    about = cleandoc(schema.get("description", ""))
    fields = table(("field", "", "value"), rows) if rows else f"{_words(schema)}\n"
    return "\n\n".join(filter(None, (f"#### {heading}", about, fields)))


def _words(schema: Json) -> str:
    """Return in a few words what a value looks like."""
    if "$ref" in schema:
        return _link(schema["$ref"].rpartition("/")[2])
    for choice, joint in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " with ")):
        if choice in schema:
            return joint.join(map(_words, schema[choice]))
    if "enum" in schema:
        return f"one of {_list(schema['enum'])}"
    return _kind(schema)


def _kind(schema: Json) -> str:
    if schema.get("type") == "array":
        return f"list of {_words(schema.get('items', {}))}"
    if "properties" in schema:
        return _list(schema["properties"])
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_words(schema['additionalProperties'])}"
    return str(schema.get("description") or schema.get("format") or schema.get("type", ""))


def _link(name: str) -> str:
    if name.startswith("Problem"):
        return "[problem](errors.md#errors-a-whole-request)"
    return f"[{name}]({'../telemetry/events.md' if name == _EVENT else '#' + name.lower()})"


def _list(names: Iterable[object]) -> str:
    return ", ".join(code(str(name)) for name in names)


def _resolved(node: Json, document: Json) -> Json:
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].split("/")[1:]:
        found = found[step]
    return dict(found)


def _required(parameter: Json) -> str:
    return "required" if parameter.get("required") else ""
