# SPDX-License-Identifier: Apache-2.0
"""The collector's whitelist: the same rules as processors of a stock OpenTelemetry Collector.

A record is admitted only where a statement says so. A statement that fails says nothing, so the
record is dropped: errors admit nothing, and one odd record does not cost its batch.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import yaml

from processors.catalog import model
from processors.catalog.define import FORMATS
from processors.catalog.model import Attribute, Catalog, Event, Format, ValueType
from telesift.generate.writing import NOTICE

PROCESSORS: Final = (
    "transform/telesift_judge",
    "filter/telesift_refused",
    "transform/telesift_envelope",
    "redaction/telesift_allowed",
)
"""In the order in which a pipeline lists them."""

UNEXPRESSED: Final = (
    ("`record_malformed`", "The OTLP receiver refuses the whole request, before any processor."),
    ("`event_too_large`", "OTTL cannot see how large a record was when it was received."),
    (
        "`timestamp_out_of_range`",
        "Judged once, on receipt: what a sink's outage delays must not be refused here.",
    ),
    ("`pii_detected`", "Checksums (payment cards, IBAN) are beyond regular expressions."),
    (
        "`attribute_type` of a value that is empty",
        "To OTTL an attribute without a value is absent; where it is required, it is refused.",
    ),
    (
        "`session_id` in place of `session.id`",
        "The processor knows an attribute by both of its names, the collector by the OTLP one.",
    ),
    ("schema URLs", "OTTL cannot reach them; the processor forwards none."),
)
"""Rules of the processor that the collector does not repeat, and why."""

_HEADER: Final = f"""\
# {NOTICE}
# SPDX-License-Identifier: Apache-2.0
#
# Enforced twice: what the processor refuses, a stock collector drops by these processors.
# List them in this order: {", ".join(PROCESSORS)}.
# What the collector's language cannot express: docs/telemetry/events.md, "Enforced twice".
"""

_IDENTITY_KEYS: Final = (model.RECORD_UID, model.USER_ID)

_SOUND: Final = 'log.cache["sound"]'
_ADMITTED: Final = 'log.cache["admitted"]'


class _Dumper(yaml.SafeDumper):
    """Writes a statement of several lines as such: a change of the catalog is a short diff."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def render(catalog: Catalog) -> str:
    """Write the collector's processors as YAML; `$` is doubled, as its configuration asks."""
    processors = dict(zip(PROCESSORS, _processors(catalog), strict=True))
    text = yaml.dump({"processors": processors}, Dumper=_Dumper, sort_keys=False, width=10_000)
    return _HEADER + text.replace("$", "$$")


def _processors(catalog: Catalog) -> Iterator[dict[str, Any]]:
    wire_keys = [attribute.wire_key for attribute in catalog.attributes.values()]
    yield {
        "error_mode": "silent",  # an error may quote the value; the record is refused anyway
        "log_statements": [{"context": "log", "statements": [*_judgement(catalog)]}],
    }
    yield {"error_mode": "propagate", "log_conditions": ['log.event_name == ""']}
    yield {"error_mode": "propagate", "log_statements": [*_stripping(catalog)]}
    yield {
        "allow_all_keys": False,
        "allowed_keys": [*_IDENTITY_KEYS, *wire_keys],
        "summary": "silent",
    }


def _judgement(catalog: Catalog) -> Iterator[str]:
    """Clear the event's name of every record that no statement has admitted."""
    name = _attribute(model.EVENT_NAME)
    yield f'set(log.event_name, {name}) where log.event_name == "" and IsString({name})'
    # Merged into the cache and stripped there, attributes lose whatever is unknown or doubled.
    yield 'merge_maps(log.cache, log.attributes, "upsert")'
    for keys, names in _grouped(catalog, _known_keys):
        yield f"keep_keys(log.cache, {json.dumps(keys)})\nwhere {_is_one_of(names)}"
    yield 'set(log.event_name, "") where Len(log.cache) != Len(log.attributes)'
    yield "keep_keys(log.cache, [])"  # what was received must not pass for a verdict
    yield f"set({_SOUND}, true)\nwhere {_all(_of_every_record(catalog))}"
    for rules, names in _grouped(catalog, lambda event: _own_rules(event, catalog)):
        conditions = (f"{_SOUND} == true", _is_one_of(names), *rules)
        yield f"set({_ADMITTED}, true)\nwhere {_all(conditions)}"
    yield f'set(log.event_name, "") where {_ADMITTED} != true'


def _grouped(
    catalog: Catalog, key: Callable[[Event], tuple[str, ...]]
) -> Iterable[tuple[tuple[str, ...], list[str]]]:
    """Return each result of `key`, with the names of the events that have it."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for event in catalog.events.values():
        groups.setdefault(key(event), []).append(event.name)
    return groups.items()


def _known_keys(event: Event) -> tuple[str, ...]:
    wire_keys = (attribute.wire_key for attribute in event.attributes.values())
    return (*_IDENTITY_KEYS, model.EVENT_NAME, *wire_keys)


def _of_every_record(catalog: Catalog) -> Iterator[str]:
    """Return what holds for any event: attributes that it does not know are refused already."""
    yield '(log.body == nil or log.body == "")'
    yield "(log.time_unix_nano > 0 or log.observed_time_unix_nano > 0)"
    for key in _IDENTITY_KEYS:
        yield _if_present(key, _text(_attribute(key), *FORMATS[Format.UUID]))
    for attribute in catalog.used_whole():
        yield _if_present(attribute.wire_key, _rule(attribute))


def _own_rules(event: Event, catalog: Catalog) -> tuple[str, ...]:
    """Return what one event asks for beyond that: what it requires, and what it narrows."""
    uses = event.attributes.values()
    required = [f"{_attribute(use.wire_key)} != nil" for use in uses if use.key in event.required]
    narrowed = [_if_present(use.wire_key, _rule(use)) for use in uses if catalog.narrows(use)]
    return (*required, *narrowed)


def _rule(attribute: Attribute, of: str = "log") -> str:
    path = f'{of}.attributes["{attribute.wire_key}"]'
    if attribute.members is not None:
        return " or ".join(f'{path} == "{member}"' for member in attribute.members)
    if attribute.type is ValueType.STRING:
        return _text(path, attribute.pattern, attribute.max_bytes)
    if attribute.type is ValueType.BOOLEAN:
        return f"IsBool({path})"
    return " and ".join(_number(path, attribute))


def _text(path: str, pattern: str | None, max_bytes: int | None) -> str:
    """Return a string's rule; without a cap it admits nothing, as in the processor."""
    fits = f"Len({path}) <= {max_bytes or 0}"
    return f"IsString({path}) and {fits} and {_matches(path, pattern or '')}"


def _matches(path: str, pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\")
    return f'IsMatch({path}, "^(?:{escaped})$")'


def _number(path: str, attribute: Attribute) -> Iterator[str]:
    # JavaScript has one number type: a whole double is an integer, and an integer a double.
    is_int = attribute.type is ValueType.INT
    yield f"Int({path}) == {path}" if is_int else f"(IsDouble({path}) or IsInt({path}))"
    if attribute.minimum is not None:
        yield f"{path} >= {attribute.minimum}"
    if attribute.maximum is not None:
        yield f"{path} <= {attribute.maximum}"


def _stripping(catalog: Catalog) -> Iterator[str]:
    """Strip what surrounds a record to what the processor lets through."""
    yield f"keep_keys(resource.attributes, {json.dumps([*catalog.resource])})"
    for attribute in catalog.resource.values():
        rule = _rule(attribute, of="resource")
        yield f'delete_key(resource.attributes, "{attribute.wire_key}")\nwhere not ({rule})'
    yield "keep_keys(scope.attributes, [])"
    for path in ("scope.name", "scope.version"):
        yield f'set({path}, "") where not {_matches(path, model.SCOPE_TEXT)}'
    yield f'delete_key(log.attributes, "{model.EVENT_NAME}")'
    yield 'set(log.severity_text, "")'
    yield "set(log.time_unix_nano, log.observed_time_unix_nano) where log.time_unix_nano == 0"


def _if_present(key: str, rule: str) -> str:
    return f"({_attribute(key)} == nil or ({rule}))"


def _is_one_of(names: list[str]) -> str:
    alternatives = " or ".join(f'log.event_name == "{name}"' for name in names)
    return f"({alternatives})"


def _attribute(key: str) -> str:
    return f'log.attributes["{key}"]'


def _all(conditions: Iterable[str]) -> str:
    return "\n  and ".join(conditions)
