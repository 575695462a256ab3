# SPDX-License-Identifier: Apache-2.0
"""OTLP log records made out of the catalog: whole ones, and broken in every way it can express.

Nothing here says what a verdict should be. Processor and collector are judged against each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from processors.catalog.model import Attribute, Catalog, Event, ValueType

Json: TypeAlias = dict[str, Any]

UUID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
EMPTY = "`attribute_type` of a value that is empty"
BY_PLAIN_NAME = "`session_id` in place of `session.id`"
TOO_LARGE = "`event_too_large`"
OUT_OF_TIME = "`timestamp_out_of_range`"
PERSONAL = "`pii_detected`"

_DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Case:
    """One record, how it was made, and the rule that it breaks if the collector has none for it."""

    made: str
    record: Json
    unexpressed: str | None = None


def cases(catalog: Catalog, now_ns: int) -> Iterator[Case]:
    """Return every case, always in the same order, each record with a span id of its own."""
    for index, case in enumerate(_of_catalog(catalog, now_ns), start=1):
        ids = {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": f"{index:016x}"}
        yield replace(case, record=case.record | ids)


def _of_catalog(catalog: Catalog, now_ns: int) -> Iterator[Case]:
    for event in catalog.events.values():
        whole = Sketch(event.name, _examples(event), now_ns)
        yield whole.case("whole")
        yield Sketch(event.name, _required(event), now_ns).case("required only")
        yield from _broken_attributes(event, catalog, whole)
        yield from _broken_identity(whole)
        yield from _broken_shape(whole)
        yield from _broken_times(whole)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A record about to be written: its event, its attributes by wire key, its time."""

    event: str
    attributes: dict[str, Json]
    time_ns: int

    def case(self, made: str, unexpressed: str | None = None, **fields: Any) -> Case:
        """Write the record; `fields` are laid over it as they are."""
        attributes = [{"key": key, "value": value} for key, value in self.attributes.items()]
        record = {
            "timeUnixNano": str(self.time_ns),
            "eventName": self.event,
            "attributes": attributes,
        }
        return Case(f"{self.event}: {made}", record | fields, unexpressed)

    def having(self, key: str, value: Json) -> "Sketch":
        """Return the same with one attribute set."""
        return Sketch(self.event, self.attributes | {key: value}, self.time_ns)

    def lacking(self, key: str) -> "Sketch":
        """Return the same without one attribute."""
        rest = {name: value for name, value in self.attributes.items() if name != key}
        return Sketch(self.event, rest, self.time_ns)

    def twice(self, key: str, value: Json) -> Json:
        """Return the attributes with one more of the same key."""
        pairs = [*self.attributes.items(), (key, value)]
        return {"attributes": [{"key": name, "value": one} for name, one in pairs]}


def _examples(event: Event) -> dict[str, Json]:
    uses = event.attributes.values()
    return {use.wire_key: any_value(next(iter(use.examples or use.members or ()))) for use in uses}


def _required(event: Event) -> dict[str, Json]:
    keys = {event.attributes[key].wire_key for key in event.required}
    return {key: value for key, value in _examples(event).items() if key in keys}


def _broken_attributes(event: Event, catalog: Catalog, whole: Sketch) -> Iterator[Case]:
    for use in event.attributes.values():
        key = use.wire_key
        for value in (*_values_of(use, catalog), *_VALUES_OF_ANY_KIND):
            yield whole.having(key, value).case(f"{key} = {value}")
        yield whole.having(key, {}).case(f"{key} without a value", _if_optional(event, use))
        yield whole.lacking(key).case(f"without {key}")
        yield whole.case(f"{key} twice", **whole.twice(key, whole.attributes[key]))
        yield whole.case(f"{key} twice, once empty", **whole.twice(key, {}))
    for key, attribute in catalog.attributes.items():
        if key not in event.attributes:
            value = any_value(next(iter(attribute.examples or attribute.members or ())))
            yield whole.having(attribute.wire_key, value).case(f"{key}, which is not its own")
    for key in ("colour", "", "Version", "version ", "user_id", "body", "__proto__", "prompt_id.x"):
        yield whole.having(key, any_value("x")).case(f"{key!r}, which is unknown")
    plain = whole.lacking("session.id").having("session_id", any_value(UUID))
    yield plain.case("session_id by its plain name", BY_PLAIN_NAME)
    crowd: dict[str, Json] = {f"x{number}": {} for number in range(129)}
    yield Sketch(event.name, whole.attributes | crowd, whole.time_ns).case("129 attributes")
    for key in [use.wire_key for use in event.attributes.values() if use.free_form]:
        for personal in ("192.168.23.42", "4111111111111111"):
            yield whole.having(key, any_value(personal)).case(f"{key} = {personal}", PERSONAL)


def _if_optional(event: Event, use: Attribute) -> str | None:
    return None if use.key in event.required else EMPTY


def _values_of(use: Attribute, catalog: Catalog) -> Iterator[Json]:
    """Values at the edges of what one attribute admits, on both sides."""
    if use.members is not None:
        everywhere = catalog.attributes[use.key].members or ()
        for member in {**dict.fromkeys(use.members), **dict.fromkeys(everywhere)}:
            yield from map(any_value, (member, member.upper(), f"{member} ", member[:-1]))
    elif use.type is ValueType.STRING:
        yield from map(any_value, _texts(use))
    elif use.type in (ValueType.INT, ValueType.DOUBLE):
        yield from _numbers(use)


def _texts(use: Attribute) -> Iterator[str]:
    for example in map(str, use.examples):
        yield from (example, example.upper(), example.lower(), example[:-1], example[1:])
        for character in (
            " ",
            "\n",
            "\x00",
            '"',
            "\\",
            "é",
            "\u2028",
            "'",
            "/",
            "-",
            ":",
            "@",
            "~",
        ):
            yield from (example + character, character + example)
    longest = use.max_bytes or 0
    yield from ("a" * longest, "a" * (longest + 1), "é" * (longest // 2), "")


def _numbers(use: Attribute) -> Iterator[Json]:
    edges = [edge for edge in (use.minimum, use.maximum) if edge is not None]
    for number in {near for edge in edges for near in (edge - 1, edge, edge + 1)}:
        yield {"intValue": number}
        yield {"intValue": str(number)}
        yield {"doubleValue": float(number)}
        yield {"doubleValue": number + 0.5}
    for number in (-(2**63), -(2**53), 2**53, 2**63 - 1):
        yield {"intValue": str(number)}
    for double in (1e300, -1e300, 5e-324, -0.0):
        yield {"doubleValue": double}


_VALUES_OF_ANY_KIND: tuple[Json, ...] = (
    {"stringValue": "x"},
    {"stringValue": "5"},
    {"intValue": 5},
    {"doubleValue": 5.0},
    {"doubleValue": 5.25},
    {"boolValue": True},
    {"boolValue": False},
    {"bytesValue": "eA=="},
    {"arrayValue": {}},
    {"arrayValue": {"values": [{"stringValue": "x"}]}},
    {"kvlistValue": {}},
    {"kvlistValue": {"values": [{"key": "x", "value": {"stringValue": "x"}}]}},
)


def _broken_identity(whole: Sketch) -> Iterator[Case]:
    for key in ("log.record.uid", "user.id"):
        for text in (UUID, UUID.upper(), UUID[:-1], f"{UUID}0", f"{UUID}\n", UUID.replace("-", "")):
            yield whole.having(key, any_value(text)).case(f"{key} = {text!r}")
        for value in _VALUES_OF_ANY_KIND:
            yield whole.having(key, value).case(f"{key} = {value}")


_BODIES: tuple[Json, ...] = (
    {},
    {"stringValue": ""},
    {"stringValue": "x"},
    {"intValue": 0},
    {"kvlistValue": {}},
)


def _broken_shape(whole: Sketch) -> Iterator[Case]:
    for body in _BODIES:
        yield whole.case(f"body = {body}", body=body)
    name = whole.event
    for other in ("", name.upper(), f"{name} ", f" {name}", f"{name}.x", name[:-1], f"{name}\n"):
        yield whole.case(f"eventName = {other!r}", eventName=other)
    for value in (name, "auth.logout", "x", ""):
        named = whole.having("event.name", any_value(value))
        yield named.case(f"event.name = {value!r} beside eventName")
        yield named.case(f"event.name = {value!r} alone", eventName="")
    yield whole.having("event.name", {"intValue": 1}).case("event.name = 1", eventName="")
    yield whole.case("no attributes", attributes=[])
    yield whole.case("severity", severityNumber=9, severityText="INFO", flags=1)
    yield whole.case("a field that OTLP does not know", unknown={"stringValue": "x"})
    yield whole.case("larger than an event may be", TOO_LARGE, unknown="x" * 4096)


def _broken_times(whole: Sketch) -> Iterator[Case]:
    observed = {"observedTimeUnixNano": str(whole.time_ns)}
    yield whole.case("no time", timeUnixNano="0")
    yield whole.case("observed only", timeUnixNano="0", **observed)
    yield whole.case("both times", **observed)
    for days in (-8, 1):
        moved = str(whole.time_ns + days * _DAY_NS)
        yield whole.case(f"{days} days from now", OUT_OF_TIME, timeUnixNano=moved)


def any_value(value: str | float | bool) -> Json:
    """Write one catalog value as an AnyValue."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
    return {"stringValue": value}
