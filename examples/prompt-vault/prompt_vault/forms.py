# SPDX-License-Identifier: Apache-2.0
"""What the page sends, and the one way it is read and answered."""

from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from falcon import MEDIA_JSON, Request, Response
from msgspec import Meta, Struct

from service_kit.http.problem import BadRequest, PayloadTooLarge, UnsupportedMediaType

_MOST_BYTES: Final = 1024 * 1024

Line = Annotated[str, Meta(max_length=200)]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Body = Annotated[str, Meta(min_length=1, max_length=20_000)]
Tag = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^,\s][^,]*$")]
Tags = Annotated[list[Tag], Meta(max_length=20)]
ModelName = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9._:/@+-]*$")]


class SignInForm(Struct):
    """A name and a password."""

    name: Line
    password: Line


class PromptForm(Struct):
    """A prompt as it is written, exported and imported."""

    title: Title
    body: Body
    collection: Line = ""
    tags: Tags = []
    model: ModelName = ""


class PromptChange(Struct, omit_defaults=True):
    """The parts of a prompt that change; the others stay."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    body: Body | msgspec.UnsetType = msgspec.UNSET
    collection: Line | msgspec.UnsetType = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    model: ModelName | msgspec.UnsetType = msgspec.UNSET


class ImportForm(Struct):
    """A file's or the clipboard's text: JSON as exported, or one prompt with front matter."""

    text: str
    source: Literal["file", "paste"]


Form = TypeVar("Form")


def read(req: Request, form: type[Form]) -> Form:
    """Read a JSON body; raises the problem that its sender can do something about."""
    if (req.content_type or "").partition(";")[0].strip() != MEDIA_JSON:
        raise UnsupportedMediaType("Send the body as application/json.")
    body = req.bounded_stream.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise PayloadTooLarge
    try:
        return msgspec.json.decode(body, type=form)
    except ValueError:  # its message may quote what a user wrote
        raise BadRequest("Something in the form is missing, too long or not allowed.") from None


def answer(resp: Response, value: Any) -> None:
    """Answer with JSON that only the caller may keep."""
    resp.content_type, resp.data = MEDIA_JSON, msgspec.json.encode(value)
    resp.set_header("Cache-Control", "no-store")
