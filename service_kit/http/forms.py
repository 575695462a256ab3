# SPDX-License-Identifier: Apache-2.0
"""Reads what a client sends into a form, and says field by field what is wrong with it.

A form is a struct whose fields carry a description. Nothing received is in an error: it names
our fields, and says what we expected.
"""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, TypeVar, get_args

import msgspec
from msgspec.structs import FieldInfo

from service_kit.escapes import repair_escapes, without_bom
from service_kit.http.problem import BadRequest, FieldError

Form = TypeVar("Form", bound=msgspec.Struct)


def parse_object(document: bytes) -> dict[str, Any]:
    """Read a JSON object, also one with a wrong escape; raises `BadRequest` for anything else."""
    document = without_bom(document)
    try:
        value = msgspec.json.decode(document)
    except (ValueError, RecursionError):
        value = _repaired(document)
    if not isinstance(value, dict):
        raise BadRequest("The body is not a JSON object.", code="body_malformed")
    return value


def _repaired(document: bytes) -> Any:
    """Read a document in which half a character was escaped: a note that was cut is still one."""
    try:
        return msgspec.json.decode(repair_escapes(document))
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.", code="body_malformed") from None


def parse_form(value: Mapping[str, Any], form: type[Form]) -> Form:
    """Read an object as `form`, ignoring fields that it does not have.

    Raises `BadRequest` with every field that is wrong.
    """
    fields = {name: _whole(item) for name, item in value.items()}
    try:
        return msgspec.convert(fields, form)
    except msgspec.ValidationError:  # its message may quote the value
        raise _problem(fields, form, strict=True) from None


def parse_query(parameters: Mapping[str, Any], form: type[Form]) -> Form:
    """Read query parameters as `form`, numbers as text; raises `BadRequest`."""
    if any(_wrong_fields(parameters, form, strict=False)):
        raise _problem(parameters, form, strict=False)
    return msgspec.convert(parameters, form, strict=False)


def refuse_unknown(parameters: Mapping[str, Any], form: type[msgspec.Struct]) -> None:
    """Raise `BadRequest` for a parameter that `form` lacks.

    For filters: one that is misspelt and ignored would answer with the wrong figures.
    """
    known = form.__struct_encode_fields__
    if not parameters.keys() <= set(known):
        raise BadRequest(f"Expected no parameters but {', '.join(known)}.", code="unknown_filter")


def fields_invalid(*wrong: tuple[FieldError, str]) -> BadRequest:
    """Make the error for fields that are wrong, each with the words for what is right."""
    detail = "; ".join(f"{error.field}: {expected}" for error, expected in wrong)
    errors = [error for error, _ in wrong]
    return BadRequest(f"Expected {detail}.", code="fields_invalid", errors=errors)


def _whole(value: Any) -> Any:
    """Return an integer for 5.0, which JSON Schema and JavaScript say it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _problem(value: Mapping[str, Any], form: type[msgspec.Struct], strict: bool) -> BadRequest:
    wrong = _wrong_fields(value, form, strict)
    return fields_invalid(
        *((FieldError(field.encode_name, why), _expected(field.type)) for field, why in wrong)
    )


def _wrong_fields(
    value: Mapping[str, Any], form: type[msgspec.Struct], strict: bool
) -> Iterator[tuple[FieldInfo, str]]:
    for field in msgspec.structs.fields(form):
        if field.encode_name not in value:
            if field.required:
                yield field, "missing"
            continue
        kind = field.type if strict else _never_null(field.type)
        try:
            msgspec.convert(value[field.encode_name], kind, strict=strict)
        except msgspec.ValidationError:
            yield field, "invalid"


def _never_null(field_type: Any) -> Any:
    """Return the type without None: a query says null by leaving the parameter out."""
    kinds = get_args(field_type)
    if NoneType not in kinds:
        return field_type
    return next(kind for kind in kinds if kind is not NoneType)


def _expected(field_type: Any) -> str:
    """Return the description that each field of a form carries."""
    return str(_never_null(field_type).__metadata__[0].description)
