# SPDX-License-Identifier: Apache-2.0
"""Reading a request body, never more of it than the limit.

Content-Length is a claim and a compressed body a promise: both are read up to the limit plus
one byte, and one byte too many is too large.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

import falcon
import zstandard
from falcon.asgi import Request

from service_kit.limits import REQUEST_BYTES
from service_kit.problem import BadRequest, PayloadTooLarge, UnsupportedMediaType

_MOST = REQUEST_BYTES + 1
_WINDOW_BYTES = 8 * 1024 * 1024  # what RFC 9659 lets a sender of zstd over HTTP use


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _gzip(data: bytes) -> _Reader:
    return gzip.GzipFile(fileobj=io.BytesIO(data))


def _zstd(data: bytes) -> _Reader:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
    return decompressor.stream_reader(data, read_across_frames=True)


_DECODERS: Mapping[str, Callable[[bytes], _Reader]] = {
    "identity": io.BytesIO,
    "gzip": _gzip,
    "zstd": _zstd,
}


def media_type_of(req: falcon.Request) -> str:
    """Give the request's media type without its parameters, in lower case."""
    return (req.content_type or "").partition(";")[0].strip().lower()


async def read_body(req: Request) -> bytes:
    """Give the body, decompressed.

    Raises `PayloadTooLarge` past 256 KB before or after decompression, `UnsupportedMediaType`
    for a coding other than identity, gzip and zstd, `BadRequest` for a damaged one.
    """
    coding = (req.get_header("Content-Encoding") or "identity").strip().lower()
    if coding not in _DECODERS:
        raise UnsupportedMediaType("Send the body as identity, gzip or zstd.")
    if (req.content_length or 0) > REQUEST_BYTES:
        raise PayloadTooLarge(f"A request holds at most {REQUEST_BYTES} bytes.")
    data = _within_limit(await req.stream.read(_MOST))
    return data if coding == "identity" else _within_limit(_decompress(coding, data))


def _decompress(coding: str, data: bytes) -> bytes:
    try:
        return _DECODERS[coding](data).read(_MOST)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise BadRequest(f"The body is not valid {coding}.", code="encoding_invalid") from None


def _within_limit(data: bytes) -> bytes:
    if len(data) > REQUEST_BYTES:
        raise PayloadTooLarge(f"A request holds at most {REQUEST_BYTES} bytes.")
    return data
