# SPDX-License-Identifier: Apache-2.0
"""One check an attribute: catalog constraints in, a function from a received value out.

A check gives the clean value, written as an OTLP/JSON KeyValue, so that an event is checked,
redacted and encoded in one pass over its attributes.
The rules are those of the JSON Schema contract; a property test holds the two together.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from processors.catalog.model import Attribute, Format, Sensitivity, ValueType
from processors.pipeline.encode import key_value
from processors.pipeline.records import AnyValue
from processors.pipeline.verdicts import Reason, Rejected
from service_kit import pii
from service_kit.fields import INT64_MAX, UUID_PATTERN
from service_kit.hashing import keyed_hash

Check = Callable[[AnyValue], str]
"""Gives a clean KeyValue; raises `Rejected` naming the attribute, never the value."""

_REMEMBERED = 1024

_match_uuid = re.compile(UUID_PATTERN).fullmatch


def compile_check(attribute: Attribute, secret: bytes) -> Check:
    """Compile one attribute's constraints, and its redaction where it has one.

    `secret` keys the hash of a `sensitivity: hashed` attribute.
    """
    if attribute.type is ValueType.STRING:
        return _string(attribute, secret)
    return _OTHERS[attribute.type](attribute)


def _string(attribute: Attribute, secret: bytes) -> Check:
    if attribute.format is Format.UUID:
        return _uuid(attribute)
    if attribute.members is not None:
        return _member(attribute)
    admit = _admission(attribute)
    if attribute.sensitivity is Sensitivity.HASHED:
        return _text(attribute, lambda text: keyed_hash(secret, admit(text)))
    # The same session and the same version come again and again; what was refused is not kept.
    return _text(attribute, lru_cache(_REMEMBERED)(admit))


def _text(attribute: Attribute, clean: Callable[[str], str]) -> Check:
    key = attribute.key
    before, after = key_value(attribute.wire_key, "stringValue")

    def check(value: AnyValue) -> str:
        text = value.stringValue
        if text is None:
            raise Rejected(Reason.ATTRIBUTE_TYPE, key)
        return before + clean(text) + after

    return check


def _admission(attribute: Attribute) -> Callable[[str], str]:
    """Admit what the pattern and the length allow, and nothing that looks personal."""
    key, free_form = attribute.key, attribute.free_form
    match = re.compile(attribute.pattern or "", re.ASCII).fullmatch
    max_bytes = attribute.max_bytes or 0  # a string without a cap admits nothing: fail closed

    def admit(text: str) -> str:
        if len(text) > max_bytes or not match(text):
            raise Rejected(Reason.ATTRIBUTE_VALUE, key)
        if free_form and pii.find(text) is not None:
            raise Rejected(Reason.PII_DETECTED, key)
        return text

    return admit


def uuid(value: AnyValue, key: str) -> str:
    """Return a UUID in lower case; raises `Rejected` for anything else."""
    text = value.stringValue
    if text is None:
        raise Rejected(Reason.ATTRIBUTE_TYPE, key)
    if not _match_uuid(text):
        raise Rejected(Reason.ATTRIBUTE_VALUE, key)
    return text.lower()


def _uuid(attribute: Attribute) -> Check:
    key = attribute.key
    before, after = key_value(attribute.wire_key, "stringValue")
    return lambda value: before + uuid(value, key) + after


def _member(attribute: Attribute) -> Check:
    key, members = attribute.key, attribute.members or ()
    before, after = key_value(attribute.wire_key, "stringValue")
    written = {member: before + member + after for member in members}

    def check(value: AnyValue) -> str:
        text = value.stringValue
        if text is None:
            raise Rejected(Reason.ATTRIBUTE_TYPE, key)
        if text not in written:
            raise Rejected(Reason.ATTRIBUTE_VALUE, key)
        return written[text]

    return check


def _integer(attribute: Attribute) -> Check:
    key, (low, high) = attribute.key, _range(attribute)
    before, after = key_value(attribute.wire_key, "intValue")

    def check(value: AnyValue) -> str:
        number = value.intValue
        if number.__class__ is not int:
            number = _whole(value, key)
        if not low <= number <= high:
            raise Rejected(Reason.ATTRIBUTE_VALUE, key)
        return f"{before}{number}{after}"

    return check


def _whole(value: AnyValue, key: str) -> int:
    """Return a whole double as an integer: to JavaScript and JSON Schema they are one."""
    number = value.doubleValue if value.intValue is None else value.intValue
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if not isinstance(number, int):
        raise Rejected(Reason.ATTRIBUTE_TYPE, key)
    return number


def _double(attribute: Attribute) -> Check:
    key, (low, high) = attribute.key, _range(attribute)
    before, after = key_value(attribute.wire_key, "doubleValue")

    def check(value: AnyValue) -> str:
        number = value.intValue if value.doubleValue is None else value.doubleValue
        if number is None:
            raise Rejected(Reason.ATTRIBUTE_TYPE, key)
        if not low <= number <= high:  # NaN and the infinities fail here too
            raise Rejected(Reason.ATTRIBUTE_VALUE, key)
        return f"{before}{float(number)!r}{after}"

    return check


def _boolean(attribute: Attribute) -> Check:
    key = attribute.key
    before, after = key_value(attribute.wire_key, "boolValue")

    def check(value: AnyValue) -> str:
        if value.boolValue is None:
            raise Rejected(Reason.ATTRIBUTE_TYPE, key)
        return f"{before}{'true' if value.boolValue else 'false'}{after}"

    return check


_OTHERS: Mapping[ValueType, Callable[[Attribute], Check]] = {
    ValueType.INT: _integer,
    ValueType.DOUBLE: _double,
    ValueType.BOOLEAN: _boolean,
}


def _range(attribute: Attribute) -> tuple[int, int]:
    low = -INT64_MAX if attribute.minimum is None else attribute.minimum
    return low, INT64_MAX if attribute.maximum is None else attribute.maximum
