# SPDX-License-Identifier: Apache-2.0
"""What survives of an OTLP envelope: a short list of resource and scope fields, each checked.

A resource is the client's word like everything else: a field that the catalog does not list,
or a value that fails its check, is left out and counted. The events themselves stay.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from processors.catalog.envelope import SCOPE_TEXT
from processors.catalog.model import Catalog
from processors.pipeline.checks import Check, compile_check
from processors.pipeline.encode import encode_attribute
from processors.pipeline.values import KeyValue, plain_value
from processors.pipeline.verdicts import Rejected
from service_kit import pii

CLIENT_DROPPED: Final = "telesift.client.dropped"
EMPTY_HEAD: Final = b'{"resource":{},"scopeLogs":[{"scope":{},"logRecords":['

_is_scope_text = re.compile(SCOPE_TEXT).fullmatch
_MEMO_BYTES = 2048  # an ordinary client's envelope; a larger one is not worth remembering
_MEMO_ENTRIES = 256


class _Resource(Struct, gc=False):
    attributes: list[KeyValue] = []


class _Scope(Struct, gc=False):
    name: str = ""
    version: str = ""
    attributes: list[Raw] = []


_decode_resource = msgspec.json.Decoder(_Resource | None).decode
_decode_scope = msgspec.json.Decoder(_Scope | None).decode


class Head(Struct, frozen=True):
    """The open beginning of one ResourceLogs, and what was left out of it."""

    json: bytes
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
        kept = self._kept(given)
        scope_fields, scope_dropped = _kept_scope(_decode_scope(scope) or _Scope())
        attributes = ",".join(encode_attribute(key, value) for key, value in kept.items())
        return Head(
            b'{"resource":{"attributes":[%b]},"scopeLogs":[{"scope":%b,"logRecords":['
            % (attributes.encode(), msgspec.json.encode(scope_fields)),
            len(given) - len(kept) + scope_dropped,
            kept.get(CLIENT_DROPPED, 0),
        )

    def _kept(self, given: list[KeyValue]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for attribute in given:
            check = self._checks.get(attribute.key)
            if check is None:
                continue
            try:
                kept[attribute.key] = check(plain_value(attribute.value))
            except Rejected:
                continue
        return kept


def _kept_scope(scope: _Scope) -> tuple[dict[str, str], int]:
    given = {"name": scope.name, "version": scope.version}
    kept = {key: text for key, text in given.items() if _is_scope_text(text) and not pii.find(text)}
    dropped = sum(1 for key, text in given.items() if text and key not in kept)
    return kept, dropped + len(scope.attributes)
