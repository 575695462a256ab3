# SPDX-License-Identifier: Apache-2.0
"""Reading a request body, never more of it than the limit.

Neither Content-Length nor a compressed size can be trusted: both are read up to the limit plus
one byte, and one byte too many is too large.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import falcon
import falcon.asgi
import zstandard
from falcon import MEDIA_JSON

from service_kit.http.limits import REQUEST_BYTES
from service_kit.http.problem import BadRequest, PayloadTooLarge, UnsupportedMediaType

TRUNCATED: Final = "telesift.truncated"
"""In an ASGI scope: the body ended before its end. Falcon reads half of it like all of it."""

_WINDOW_BYTES: Final = 8 * 1024 * 1024  # what RFC 9659 lets a sender of zstd over HTTP use


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _gzip(data: bytes) -> _Reader:
    return gzip.GzipFile(fileobj=io.BytesIO(data))


def _zstd(data: bytes) -> _Reader:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    return decompressor.stream_reader(data, read_across_frames=True)


_DECODERS: Final[Mapping[str, Callable[[bytes], _Reader]]] = {
    "identity": io.BytesIO,
    "gzip": _gzip,
    "zstd": _zstd,
}


def media_type_of(req: falcon.Request) -> str:
    """Return the request's media type without its parameters, in lower case."""
    return (req.content_type or "").partition(";")[0].strip().lower()


def require_json(req: falcon.Request) -> None:
    """Raise `UnsupportedMediaType` unless the body is said to be JSON, with or without charset."""
    if media_type_of(req) != MEDIA_JSON:
        raise UnsupportedMediaType("Send the body as application/json.")


async def read_body(req: falcon.asgi.Request, most_bytes: int = REQUEST_BYTES) -> bytes:
    """Return the request's body, decompressed.

    Raises `PayloadTooLarge` past `most_bytes` before or after decompression,
    `UnsupportedMediaType` for a coding other than identity, gzip and zstd, `BadRequest` for a
    damaged one.
    """
    coding = _coding(req, most_bytes)
    data = await req.stream.read(most_bytes + 1)
    if len(data) < (req.content_length or 0) or TRUNCATED in req.scope:
        raise _truncated()
    return _decoded(coding, data, most_bytes)


def _coding(req: falcon.Request, most_bytes: int) -> str:
    coding = (req.get_header("Content-Encoding") or "identity").strip().lower()
    if coding not in _DECODERS:
        raise UnsupportedMediaType("Send the body as identity, gzip or zstd.")
    if (req.content_length or 0) > most_bytes:
        raise _too_large(most_bytes)
    return coding


def _decoded(coding: str, data: bytes, most_bytes: int) -> bytes:
    if len(data) <= most_bytes and coding != "identity":
        data = _decompress(coding, data, most_bytes)
    if len(data) > most_bytes:
        raise _too_large(most_bytes)
    return data


def _decompress(coding: str, data: bytes, most_bytes: int) -> bytes:
    try:
        return _DECODERS[coding](data).read(most_bytes + 1)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise BadRequest(f"The body is not valid {coding}.", code="encoding_invalid") from None


def _truncated() -> BadRequest:
    return BadRequest("The body ended before its end.", code="body_truncated")


def _too_large(most_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"A request holds at most {most_bytes} bytes.")
