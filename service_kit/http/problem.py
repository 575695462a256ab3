# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a request: one tree, one class an answer, one stable code each.

A problem's texts are written by us, in advance: nothing received ever becomes part of one.
`error_handlers.py` turns them into answers (RFC 9457).
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from msgspec import Struct


class FieldError(Struct, frozen=True):
    """One thing that is wrong with a request: a `field` of ours, and a `reason` code of ours."""

    field: str
    reason: str


class Problem(Exception):
    """A request that is not answered with what it asked for.

    `detail` is one sentence for whoever wrote the client, `code` what a program looks at.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: str = "internal_error"
    detail: str = "Something went wrong here; the trace id leads to it."
    extensions: Mapping[str, Any] = {}
    """Members of the answer beside the standard ones (RFC 9457, section 3.2)."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.detail = detail or type(self).detail
        self.code = code or type(self).code
        self.errors = tuple(errors)
        self.headers = headers or {}

    def __str__(self) -> str:
        return f"{self.status.value} {self.code}: {self.detail}"


class BadRequest(Problem):
    """The request is malformed, or breaks a rule that its sender can know."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad_request"
    detail = "The request is not as the API document says."


class Unauthenticated(Problem):
    """We do not know who is calling."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthenticated"
    detail = "Sign in, or send a valid bearer token."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    """We know who is calling, and they may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"
    detail = "You may not do this."


class FeatureDisabled(Forbidden):
    """The feature is switched off, for everybody or for this caller."""

    code = "feature_disabled"
    detail = "This feature is switched off."


class NotFound(Problem):
    """There is no such thing, or none that this caller may see."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    detail = "There is no such resource."


class MethodNotAllowed(Problem):
    """The resource is there and takes other methods; `Allow` lists them."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "method_not_allowed"
    detail = "This resource does not take that method."


class PayloadTooLarge(Problem):
    """The body is larger than we read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "payload_too_large"
    detail = "The body is too large."


class UnsupportedMediaType(Problem):
    """The body comes in a type or a coding that we do not read."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"
    detail = "The body's type is not supported."


class TooManyRequests(Problem):
    """The caller used up their requests for now; `retry_after` is in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"
    detail = "Too many requests; come back after the time that Retry-After says."

    def __init__(self, *, retry_after: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)} | (headers or {}))


class Unavailable(Problem):
    """We cannot keep our promise right now; `retry_after` is in seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    detail = "Not available right now; come back after the time that Retry-After says."

    def __init__(
        self, detail: str | None = None, *, retry_after: int = 5, code: str | None = None
    ) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after)})
