# SPDX-License-Identifier: Apache-2.0
"""What survives of an OTLP envelope: a short list of resource and scope fields, each checked.

A resource is the client's word like everything else: a field outside the list, or a value that
is not plainly a name, a version or a count, is left out and counted.
"""

import re
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from service_kit import pii

_NAME: Final = r"[A-Za-z0-9@][A-Za-z0-9@._/:-]{0,127}"
_COUNT_MAX: Final = 1_000_000_000
CLIENT_DROPPED: Final = "telesift.client.dropped"

RESOURCE_NAMES: Final = (
    "service.name",
    "service.version",
    "deployment.environment.name",
    "telemetry.sdk.name",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
)
"""Resource attributes that are forwarded when their value is a plain name."""

_MEMO_BYTES: Final = 2048  # an ordinary client's resource; a larger one is not worth remembering


class _Attribute(Struct, gc=False):
    key: str = ""
    value: dict[str, Any] | None = None


class _Resource(Struct, gc=False):
    attributes: list[_Attribute] = []


class _Scope(Struct, gc=False):
    name: str = ""
    version: str = ""
    attributes: list[Raw] = []


class Head(Struct, frozen=True):
    """The open beginning of one ResourceLogs, with what was left out of it."""

    json: bytes
    dropped: int
    client_dropped: int


_match_name = re.compile(_NAME).fullmatch
_encode = msgspec.json.encode
_decode_resource = msgspec.json.Decoder(_Resource | None).decode
_decode_scope = msgspec.json.Decoder(_Scope | None).decode
EMPTY_HEAD: Final = b'{"resource":{},"scopeLogs":[{"scope":{},"logRecords":['
TAIL: Final = b"]}]}"


def head(resource: bytes, scope: bytes) -> Head:
    """Give the ResourceLogs head for an encoded Resource and InstrumentationScope.

    Raises msgspec's errors when either is no such message.
    """
    memoise = len(resource) + len(scope) <= _MEMO_BYTES
    return _remembered_head(resource, scope) if memoise else _head(resource, scope)


def _head(resource: bytes, scope: bytes) -> Head:
    attributes = (_decode_resource(resource) or _Resource()).attributes
    kept = {a.key: value for a in attributes if (value := _kept(a)) is not None}
    client_dropped = int(kept[CLIENT_DROPPED]["intValue"]) if CLIENT_DROPPED in kept else 0
    scope_json, scope_dropped = _scope(_decode_scope(scope) or _Scope())
    resource_json = _encode({"attributes": [{"key": k, "value": v} for k, v in kept.items()]})
    return Head(
        b'{"resource":%b,"scopeLogs":[{"scope":%b,"logRecords":[' % (resource_json, scope_json),
        len(attributes) - len(kept) + scope_dropped,
        client_dropped,
    )


_remembered_head = lru_cache(maxsize=256)(_head)


def _kept(attribute: _Attribute) -> dict[str, str] | None:
    value = attribute.value or {}
    if attribute.key in RESOURCE_NAMES:
        text = value.get("stringValue")
        return {"stringValue": text} if _is_name(text) else None
    if attribute.key == CLIENT_DROPPED:
        count = value.get("intValue")
        return {"intValue": str(int(count))} if _is_count(count) else None
    return None


def _scope(scope: _Scope) -> tuple[bytes, int]:
    fields = {"name": scope.name, "version": scope.version}
    kept = {key: text for key, text in fields.items() if _is_name(text)}
    given = sum(1 for text in fields.values() if text)
    return _encode(kept), given - len(kept) + len(scope.attributes)


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and bool(_match_name(text)) and pii.find(text) is None


def _is_count(count: Any) -> bool:
    if isinstance(count, str):
        return count.isascii() and count.isdigit() and int(count[:19]) <= _COUNT_MAX
    return isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= _COUNT_MAX
