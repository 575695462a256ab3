# SPDX-License-Identifier: Apache-2.0
"""OTLP attribute values, and the plain Python values that the checks see.

Source: opentelemetry-proto, common/v1.
"""

from typing import Any

import msgspec
from msgspec import Struct

from processors.pipeline.reasons import Reason
from processors.pipeline.records import COMPLEX
from processors.pipeline.verdicts import Rejected


class AnyValue(Struct, gc=False):
    """opentelemetry.proto.common.v1.AnyValue, without the kinds that no attribute may have."""

    stringValue: str | None = None
    intValue: int | str | float | None = None
    doubleValue: float | str | None = None
    boolValue: bool | None = None


class KeyValue(Struct, gc=False):
    """opentelemetry.proto.common.v1.KeyValue."""

    key: str = ""
    value: AnyValue | None = None


def plain_value(value: AnyValue | None) -> Any:
    """Give an AnyValue as str, int, float or bool, or `COMPLEX` for every other kind.

    Numbers may come as strings, as 64-bit integers do in JSON.
    Raises `Rejected(RECORD_MALFORMED)` where they are none, or where two kinds are set at once.
    """
    if value is None:
        return COMPLEX
    kinds = (value.stringValue, value.intValue, value.doubleValue, value.boolValue)
    unset = kinds.count(None)
    if unset < len(kinds) - 1:
        raise Rejected(Reason.RECORD_MALFORMED)
    if kinds[0] is not None:
        return kinds[0]
    if unset == len(kinds):
        return COMPLEX
    given = next(kind for kind in kinds if kind is not None)
    return given if given is value.boolValue else number(given)


def number(value: int | float | str) -> int | float:
    """Read a number that JSON may carry as a string; raises `Rejected(RECORD_MALFORMED)`."""
    try:
        return msgspec.convert(value, int | float, strict=False)
    except msgspec.ValidationError:
        raise Rejected(Reason.RECORD_MALFORMED) from None
