# SPDX-License-Identifier: Apache-2.0
"""What survives of an OTLP envelope: a short list of resource and scope fields, each checked.

A resource is the client's word like everything else: a field that the catalog does not list,
or a value that fails its check, is left out and counted. The events themselves stay.
"""

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from processors import limits
from processors.catalog.model import SCOPE_TEXT, Catalog
from processors.pipeline.checks import Check, compile_check
from processors.pipeline.encode import key_value
from processors.pipeline.records import AnyValue, Batch, KeyValue, LogRecord, MalformedRequest
from processors.pipeline.verdicts import Rejected
from service_kit import pii

CLIENT_DROPPED: Final = "telesift.client.dropped"
CLOCK_CORRECTION: Final = "telesift.clock.correction"
"""The processor's own: what a client says under this name is left out."""

EMPTY_HEAD: Final = '{"resource":{},"scopeLogs":[{"scope":{},"logRecords":['

_is_scope_text = re.compile(SCOPE_TEXT).fullmatch
_MEMO_BYTES: Final = 2048  # an ordinary client's part; a larger one is not worth remembering
_MEMO_ENTRIES: Final = 256


class Scope(Struct, frozen=True):
    """An InstrumentationScope as received; of its attributes only the number matters."""

    name: str
    version: str
    attributes: int


class Encoding(Struct, frozen=True):
    """How the parts of a request are read that were left encoded.

    Each raises `MalformedRequest`, but `record`, which raises `Rejected`.
    """

    resource: Callable[[bytes], Sequence[KeyValue]]
    scope: Callable[[bytes], Scope]
    record: Callable[[bytes], LogRecord]


class ScopeRecords(Struct, frozen=True):
    """The records of one scope, and the scope itself, each still encoded."""

    scope: bytes
    records: Sequence[bytes]


class ResourceRecords(Struct, frozen=True):
    """The scopes of one resource, and the resource itself, still encoded."""

    resource: bytes
    scopes: Sequence[ScopeRecords]


class Part(Struct, frozen=True):
    """What is forwarded of a resource or a scope, and how many of its fields are left out.

    `client_dropped` is how many events a resource's sender says that it lost itself.
    """

    json: str
    dropped: int
    client_dropped: int = 0


class Envelope:
    """The catalog's resource attributes, compiled for one encoding.

    Remembers the resources and scopes that it saw last: a client sends the same again and again.
    """

    def __init__(self, catalog: Catalog, encoding: Encoding) -> None:
        self._encoding = encoding
        self._checks: Mapping[str, Check] = {
            attribute.wire_key: compile_check(attribute, secret=b"")
            for attribute in catalog.resource.values()
            if attribute.wire_key != CLOCK_CORRECTION
        }
        self._remembered_resource = lru_cache(_MEMO_ENTRIES)(self._read_resource)
        self._remembered_scope = lru_cache(_MEMO_ENTRIES)(self._read_scope)

    def open(self, request: Iterable[ResourceRecords]) -> Batch:
        """Read the resources and scopes of a request, and leave its records encoded.

        Groups without records are passed over, unread. Raises `MalformedRequest`.
        """
        origins: list[str] = []
        records: list[tuple[int, bytes]] = []
        dropped = client_dropped = 0
        for resource_records in request:
            filled = [scope for scope in resource_records.scopes if scope.records]
            if not filled:
                continue
            resource = self._resource(resource_records.resource)
            dropped += resource.dropped
            client_dropped += resource.client_dropped
            for scope_records in filled:
                scope = self._scope(scope_records.scope)
                dropped += scope.dropped
                records += [(len(origins), raw) for raw in scope_records.records]
                origins.append(resource.json + scope.json)
        return Batch(origins, records, self._encoding.record, dropped, client_dropped)

    def _resource(self, encoded: bytes) -> Part:
        is_ordinary = len(encoded) <= _MEMO_BYTES
        return (self._remembered_resource if is_ordinary else self._read_resource)(encoded)

    def _scope(self, encoded: bytes) -> Part:
        is_ordinary = len(encoded) <= _MEMO_BYTES
        return (self._remembered_scope if is_ordinary else self._read_scope)(encoded)

    def _read_resource(self, encoded: bytes) -> Part:
        given = self._encoding.resource(encoded)
        if len(given) > limits.ATTRIBUTES_PER_RECORD:
            raise MalformedRequest(_TOO_MANY_ATTRIBUTES, "too_many_attributes")
        values = {a.key: a.value for a in given if a.key is not None and a.value is not None}
        kept = dict(self._kept(values))
        return Part(
            f'{{"resource":{{"attributes":[{",".join(kept.values())}]}},"scopeLogs":[',
            len(given) - len(kept),
            _whole(values[CLIENT_DROPPED]) if CLIENT_DROPPED in kept else 0,
        )

    def _kept(self, values: Mapping[str, AnyValue]) -> Iterator[tuple[str, str]]:
        for key, check in self._checks.items():
            if key in values:
                with contextlib.suppress(Rejected):
                    yield key, check(values[key])

    def _read_scope(self, encoded: bytes) -> Part:
        scope = self._encoding.scope(encoded)
        given = {"name": scope.name, "version": scope.version}
        kept = {
            key: text for key, text in given.items() if _is_scope_text(text) and not pii.find(text)
        }
        dropped = sum(1 for key, text in given.items() if text and key not in kept)
        return Part(f'{{"scope":{json.dumps(kept)},"logRecords":[', dropped + scope.attributes)


_TOO_MANY_ATTRIBUTES: Final = f"A resource has at most {limits.ATTRIBUTES_PER_RECORD} attributes."
_TOO_MANY_GROUPS: Final = (
    f"A request has at most {limits.GROUPS_PER_REQUEST} resources, and as many scopes."
)


def with_correction(origin: str, correction_ms: int) -> str:
    """Return a ResourceLogs head that says how its records' times were corrected."""
    before, after = key_value(CLOCK_CORRECTION, "intValue")
    resource, mark, rest = origin.partition(_ATTRIBUTES)
    if not mark:
        return f"{_ATTRIBUTES}{before}{correction_ms}{after}]}}{origin.removeprefix(_NO_RESOURCE)}"
    comma = "" if rest.startswith("]") else ","
    return f"{resource}{mark}{before}{correction_ms}{after}{comma}{rest}"


_NO_RESOURCE: Final = '{"resource":{}'
_ATTRIBUTES: Final = '{"resource":{"attributes":['


def check_groups(count: int) -> None:
    """Refuse more resources, or scopes, than a request may have, before they cost anything."""
    if count > limits.GROUPS_PER_REQUEST:
        raise MalformedRequest(_TOO_MANY_GROUPS, "too_many_groups")


def _whole(value: AnyValue) -> int:
    return int(value.intValue or value.doubleValue or 0)
