# SPDX-License-Identifier: Apache-2.0
"""Exceptions, told without their messages: those quote what they choked on."""

from collections.abc import Iterator
from itertools import islice
from traceback import walk_tb
from typing import Any, Final

from service_kit.tracing.spans import error_type

_MOST_FRAMES: Final = 12
_MOST_CAUSES: Final = 4


def describe(error: BaseException) -> dict[str, Any]:
    """Name the exception's type, its causes' types, and the places it passed, innermost last."""
    fields: dict[str, Any] = {"error": error_type(error), "where": places(error)}
    causes = [error_type(cause) for cause in islice(_causes(error), _MOST_CAUSES)]
    return fields | ({"caused_by": causes} if causes else {})


def places(error: BaseException) -> list[str]:
    """Give `module:line function` for the innermost frames of a traceback."""
    frames = list(walk_tb(error.__traceback__))[-_MOST_FRAMES:]
    return [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_qualname}"
        for frame, line in frames
    ]


def _causes(error: BaseException) -> Iterator[BaseException]:
    while cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield cause
        error = cause
