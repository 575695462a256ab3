# SPDX-License-Identifier: Apache-2.0
"""Reads what a client sends into a form, and says field by field what is wrong with it.

Nothing received is in an error: it names our fields, and says what we expected.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import FieldInfo

from service_kit.problem import BadRequest, FieldError

Form = TypeVar("Form", bound=msgspec.Struct)


def parse(document: bytes, form: type[Form]) -> Form:
    """Read a JSON object as `form`, ignoring fields that it does not have.

    Raises `BadRequest` with every field that is wrong, and for a `body` key at any depth.
    """
    try:
        value = msgspec.json.decode(document)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.", code="body_malformed") from None
    if not isinstance(value, dict):
        raise BadRequest("The body is not a JSON object.", code="body_malformed")
    if _holds_body(value):
        raise BadRequest(
            "A rating never carries a prompt's text.",
            code="body_not_allowed",
            errors=[FieldError("body", "not_allowed")],
        )
    return _convert(value, form, strict=True)


def parse_query(parameters: Mapping[str, Any], form: type[Form]) -> Form:
    """Read query parameters as `form`, numbers as text; raises `BadRequest`."""
    return _convert(parameters, form, strict=False)


def _holds_body(value: Any) -> bool:
    unseen = [value]  # not recursive: a caller decides how deep it is
    while unseen:
        item = unseen.pop()
        if isinstance(item, dict):
            if "body" in item:
                return True
            unseen.extend(item.values())
        elif isinstance(item, list):
            unseen.extend(item)
    return False


def _convert(value: Mapping[str, Any], form: type[Form], strict: bool) -> Form:
    wrong = list(_wrong_fields(value, form, strict))
    if wrong:
        expected = "; ".join(f"{field.encode_name}: {_expected(field.type)}" for field, _ in wrong)
        errors = [FieldError(field.encode_name, reason) for field, reason in wrong]
        raise BadRequest(f"Expected {expected}.", code="fields_invalid", errors=errors)
    return msgspec.convert(value, form, strict=strict)


def _wrong_fields(
    value: Mapping[str, Any], form: type[msgspec.Struct], strict: bool
) -> Iterator[tuple[FieldInfo, str]]:
    for field in msgspec.structs.fields(form):
        if field.encode_name not in value:
            if field.required:
                yield field, "missing"
            continue
        try:
            msgspec.convert(value[field.encode_name], field.type, strict=strict)
        except msgspec.ValidationError:  # its message may quote the value
            yield field, "invalid"


def _expected(field_type: Any) -> str:
    """Take the description from a field's annotation, looking inside `X | None`."""
    for candidate in (field_type, *getattr(field_type, "__args__", ())):
        for meta in getattr(candidate, "__metadata__", ()):
            return str(meta.description)
    raise TypeError("a form's fields carry a description")
