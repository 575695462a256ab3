# SPDX-License-Identifier: Apache-2.0
"""One check an attribute: catalog constraints in, a function from received to clean value out.

The checks are what the JSON Schema contract says in another language; a property test holds
the two together.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from processors.catalog.model import Attribute, Sensitivity, ValueType
from processors.pipeline.reasons import Reason
from processors.pipeline.verdicts import Rejected
from service_kit import pii
from service_kit.hashing import keyed_hash

Check = Callable[[Any], str | int | float | bool]
"""Gives the value to forward; raises `Rejected` naming the attribute, never the value."""

_match_uuid = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}").fullmatch


def compile_check(attribute: Attribute, secret: bytes) -> Check:
    """Compile one attribute's constraints, and its redaction where it has one."""
    check = _KINDS[attribute.type](attribute)
    if attribute.sensitivity is Sensitivity.HASHED:
        return _hashed(check, secret)
    return _without_pii(check, attribute.key) if attribute.free_form else check


def uuid(value: Any, key: str) -> str:
    """Give a UUID in lower case; raises `Rejected` for anything else."""
    if not isinstance(value, str):
        raise Rejected(Reason.ATTRIBUTE_TYPE, key)
    if not _match_uuid(value):
        raise Rejected(Reason.ATTRIBUTE_VALUE, key)
    return value.lower()


def _string(attribute: Attribute) -> Check:
    if attribute.format == "uuid":
        return lambda value: uuid(value, attribute.key)
    if attribute.members is not None:
        return _member(attribute.key, frozenset(attribute.members))
    return _pattern(attribute)


def _member(key: str, members: frozenset[str]) -> Check:
    wrong_type, wrong_value = _refusals(key)

    def check(value: Any) -> str:
        if value.__class__ is not str:
            raise wrong_type()
        if value not in members:
            raise wrong_value()
        return value  # type: ignore[no-any-return] - narrowed by its class above

    return check


def _pattern(attribute: Attribute) -> Check:
    wrong_type, wrong_value = _refusals(attribute.key)
    match = re.compile(attribute.pattern or "", re.ASCII).fullmatch
    max_bytes = attribute.max_bytes or 0  # a string without a cap admits nothing: fail closed

    def check(value: Any) -> str:
        if value.__class__ is not str:
            raise wrong_type()
        if len(value) > max_bytes or not match(value):
            raise wrong_value()
        return value  # type: ignore[no-any-return] - narrowed by its class above

    return check


def _integer(attribute: Attribute) -> Check:
    wrong_type, wrong_value = _refusals(attribute.key)
    low, high = _range(attribute)

    def check(value: Any) -> int:
        # JavaScript has one number type, so a whole double is an integer, as in JSON Schema.
        if value.__class__ is float and value.is_integer():
            value = int(value)
        if value.__class__ is not int:
            raise wrong_type()
        if not low <= value <= high:
            raise wrong_value()
        return value  # type: ignore[no-any-return] - narrowed by its class above

    return check


def _double(attribute: Attribute) -> Check:
    wrong_type, wrong_value = _refusals(attribute.key)
    low, high = _range(attribute)

    def check(value: Any) -> float:
        if value.__class__ is not float and value.__class__ is not int:
            raise wrong_type()
        if not low <= value <= high:  # NaN and the infinities fail here too
            raise wrong_value()
        return float(value)

    return check


def _boolean(attribute: Attribute) -> Check:
    wrong_type, _ = _refusals(attribute.key)

    def check(value: Any) -> bool:
        if value.__class__ is not bool:
            raise wrong_type()
        return value  # type: ignore[no-any-return] - narrowed by its class above

    return check


_KINDS: Mapping[ValueType, Callable[[Attribute], Check]] = {
    ValueType.STRING: _string,
    ValueType.INT: _integer,
    ValueType.DOUBLE: _double,
    ValueType.BOOLEAN: _boolean,
}


def _hashed(check: Check, secret: bytes) -> Check:
    return lambda value: keyed_hash(secret, str(check(value)))


def _without_pii(check: Check, key: str) -> Check:
    def checked(value: Any) -> str | int | float | bool:
        clean = check(value)
        if pii.find(str(clean)) is not None:
            raise Rejected(Reason.PII_DETECTED, key)
        return clean

    return checked


def _range(attribute: Attribute) -> tuple[int, int]:
    largest = (1 << 63) - 1  # OTLP's int64
    low = -largest if attribute.minimum is None else attribute.minimum
    return low, largest if attribute.maximum is None else attribute.maximum


def _refusals(key: str) -> tuple[Callable[[], Rejected], Callable[[], Rejected]]:
    return (
        lambda: Rejected(Reason.ATTRIBUTE_TYPE, key),
        lambda: Rejected(Reason.ATTRIBUTE_VALUE, key),
    )
