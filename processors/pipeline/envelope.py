# SPDX-License-Identifier: Apache-2.0
"""What survives of an OTLP envelope: a short list of resource and scope fields, each checked.

A resource is the client's word like everything else: a field that the catalog does not list,
or a value that fails its check, is left out and counted. The events themselves stay.
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Raw, Struct

from processors.catalog.envelope import SCOPE_TEXT
from processors.catalog.model import Catalog
from processors.pipeline.checks import Check, compile_check
from processors.pipeline.records import AnyValue, KeyValue
from processors.pipeline.verdicts import Rejected
from service_kit import pii

CLIENT_DROPPED: Final = "telesift.client.dropped"
EMPTY_HEAD: Final = '{"resource":{},"scopeLogs":[{"scope":{},"logRecords":['

_is_scope_text = re.compile(SCOPE_TEXT).fullmatch
_MEMO_BYTES = 2048  # an ordinary client's envelope; a larger one is not worth remembering
_MEMO_ENTRIES = 256


class _Resource(Struct, gc=False):
    attributes: list[KeyValue] = []


class _Scope(Struct, gc=False):
    name: str = ""
    version: str = ""
    attributes: list[Raw] = []


_decode_resource = msgspec.json.Decoder(_Resource | None, strict=False).decode
_decode_scope = msgspec.json.Decoder(_Scope | None).decode


class Head(Struct, frozen=True):
    """The open beginning of one ResourceLogs, and what was left out of it."""

    json: str
    dropped: int
    client_dropped: int


class Envelope:
    """The catalog's resource attributes, compiled; remembers the envelopes it saw last."""

    def __init__(self, catalog: Catalog) -> None:
        self._checks: Mapping[str, Check] = {
            attribute.wire_key: compile_check(attribute, secret=b"")
            for attribute in catalog.resource.values()
        }
        self._remembered_head = lru_cache(_MEMO_ENTRIES)(self._head)

    def head(self, resource: bytes, scope: bytes) -> Head:
        """Give the ResourceLogs head for an encoded Resource and InstrumentationScope.

        Raises msgspec's errors when either is no such message.
        """
        memoise = len(resource) + len(scope) <= _MEMO_BYTES
        return (self._remembered_head if memoise else self._head)(resource, scope)

    def _head(self, resource: bytes, scope: bytes) -> Head:
        given = (_decode_resource(resource) or _Resource()).attributes
        values = {a.key: a.value for a in given if a.value is not None}
        kept = dict(self._kept(values))
        scope_fields, scope_dropped = _kept_scope(_decode_scope(scope) or _Scope())
        return Head(
            f'{{"resource":{{"attributes":[{",".join(kept.values())}]}},'
            f'"scopeLogs":[{{"scope":{json.dumps(scope_fields)},"logRecords":[',
            len(given) - len(kept) + scope_dropped,
            _whole(values[CLIENT_DROPPED]) if CLIENT_DROPPED in kept else 0,
        )

    def _kept(self, values: Mapping[str, AnyValue]) -> Iterator[tuple[str, str]]:
        for key, check in self._checks.items():
            if key in values:
                with contextlib.suppress(Rejected):
                    yield key, check(values[key])


def _whole(value: AnyValue) -> int:
    return int(value.intValue or value.doubleValue or 0)


def _kept_scope(scope: _Scope) -> tuple[dict[str, str], int]:
    given = {"name": scope.name, "version": scope.version}
    kept = {key: text for key, text in given.items() if _is_scope_text(text) and not pii.find(text)}
    dropped = sum(1 for key, text in given.items() if text and key not in kept)
    return kept, dropped + len(scope.attributes)
