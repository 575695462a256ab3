# SPDX-License-Identifier: Apache-2.0
"""TypeScript: types by which a wrong `track()` does not compile, and rules to warn by."""

import json
from collections.abc import Iterator
from typing import Final

from processors.catalog.model import Attribute, Catalog, Event, ValueType
from telesift.generate.writing import NOTICE

_HEAD: Final = f"// {NOTICE}\n// SPDX-License-Identifier: Apache-2.0\n"
_TYPES: Final = {
    ValueType.STRING: "string",
    ValueType.INT: "number",
    ValueType.DOUBLE: "number",
    ValueType.BOOLEAN: "boolean",
}
_SAFE_INTEGER: Final = 2**53 - 1  # beyond it, JavaScript does not count exactly

_TRACK_ARGS: Final = """
/** Every event that may be tracked. */
export type EventName = keyof EventProps;

/**
 * What `track(event, ...)` takes beside the name: nothing needs to be said where nothing is
 * required.
 */
export type TrackArgs<E extends EventName> =
  Record<never, never> extends EventProps[E] ? [props?: EventProps[E]] : [props: EventProps[E]];
"""

_RULE_TYPES: Final = """
import type { EventName } from "./events.js";

/** What an attribute may hold; a pattern matches the whole value. */
export type Rule =
  | { readonly type: "enum"; readonly members: readonly string[] }
  | { readonly type: "string"; readonly pattern: RegExp; readonly maxLength: number }
  | { readonly type: "int" | "double"; readonly min: number; readonly max: number }
  | { readonly type: "boolean" };

/** What one event must and may carry. */
export interface EventRules {
  readonly required: readonly string[];
  readonly attributes: Readonly<Record<string, Rule>>;
}
"""


def events(catalog: Catalog) -> str:
    """Write the types: an interface of props by event name, and what is derived from it."""
    return "\n".join([_HEAD, *_interface(catalog)]) + "\n" + _TRACK_ARGS


def _interface(catalog: Catalog) -> Iterator[str]:
    yield "/** What each event may carry. */"
    yield "export interface EventProps {"
    for event in catalog.events.values():
        yield f"  /** {event.brief} */"
        yield f"  {_quoted(event.name)}: {{"
        for attribute in event.attributes.values():
            optional = "" if attribute.key in event.required else "?"
            yield f"    /** {_comment(attribute)} */"
            yield f"    {attribute.key}{optional}: {_type(attribute)};"
        yield "  };"
    yield "}"


def _comment(attribute: Attribute) -> str:
    return " ".join(filter(None, (attribute.brief, attribute.unit and f"({attribute.unit})")))


def _type(attribute: Attribute) -> str:
    if attribute.members is not None:
        return " | ".join(map(_quoted, attribute.members))
    return _TYPES[attribute.type]


def rules(catalog: Catalog) -> str:
    """Write the rules as plain values, in a module that need not be imported."""
    return "\n".join([_HEAD.rstrip(), _RULE_TYPES, *_definitions(catalog), *_table(catalog), ""])


def _definitions(catalog: Catalog) -> Iterator[str]:
    for attribute in catalog.used_whole():
        yield f"const {_constant(attribute.key)}: Rule = {_rule(attribute)};"
    yield ""


def _table(catalog: Catalog) -> Iterator[str]:
    yield "/** The rules of every event. */"
    yield "export const RULES: Readonly<Record<EventName, EventRules>> = {"
    for event in catalog.events.values():
        yield f"  {_quoted(event.name)}: {{"
        yield f"    required: {json.dumps(sorted(event.required))},"
        yield f"    attributes: {{ {', '.join(_uses(event, catalog))} }},"
        yield "  },"
    yield "};"


def _uses(event: Event, catalog: Catalog) -> Iterator[str]:
    for key, attribute in event.attributes.items():
        yield f"{key}: {_rule(attribute) if catalog.narrows(attribute) else _constant(key)}"


def _rule(attribute: Attribute) -> str:
    if attribute.members is not None:
        return f'{{ type: "enum", members: {json.dumps(attribute.members)} }}'
    if attribute.type is ValueType.STRING:
        pattern = f"/^(?:{(attribute.pattern or '').replace('/', chr(92) + '/')})$/"
        return f'{{ type: "string", pattern: {pattern}, maxLength: {attribute.max_bytes or 0} }}'
    if attribute.type is ValueType.BOOLEAN:
        return '{ type: "boolean" }'
    low = -_SAFE_INTEGER if attribute.minimum is None else attribute.minimum
    high = _SAFE_INTEGER if attribute.maximum is None else min(_SAFE_INTEGER, attribute.maximum)
    return f'{{ type: "{attribute.type}", min: {low}, max: {high} }}'


def _constant(key: str) -> str:
    first, *rest = f"{key}_rule".split("_")
    return first + "".join(map(str.capitalize, rest))


def _quoted(text: str) -> str:
    return json.dumps(text)
