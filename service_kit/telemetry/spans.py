# SPDX-License-Identifier: Apache-2.0
"""Spans for a host application's own key paths.

    @traced("vault.copy")
    def copy(prompt_id): ...

    with span("vault.import", format="json") as current:
        ...
        current.set_attribute("created", 7)

An exception is recorded by its type alone: its message may quote what a user typed.
"""

import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from opentelemetry.trace import Span, SpanContext, StatusCode, get_current_span, get_tracer
from opentelemetry.util.types import AttributeValue

_P = ParamSpec("_P")
_R = TypeVar("_R")

_tracer = get_tracer("service_kit.telemetry")


@contextmanager
def span(name: str, **attributes: AttributeValue) -> Iterator[Span]:
    """Wrap a block in a span, a child of the current one.

    Costs next to nothing where no OTLP endpoint is set.
    """
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_attribute("error.type", error_type(error))
            current.set_status(StatusCode.ERROR)
            raise


def traced(
    name: str, **attributes: AttributeValue
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Wrap every call of a function, plain or async, in a span."""

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        if iscoroutinefunction(function):
            return cast(Callable[_P, _R], _traced_async(function, name, attributes))

        @functools.wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with span(name, **attributes):
                return function(*args, **kwargs)

        return call

    return decorate


def _traced_async(
    function: Callable[..., Awaitable[Any]], name: str, attributes: dict[str, AttributeValue]
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        with span(name, **attributes):
            return await function(*args, **kwargs)

    return call


def error_type(error: BaseException) -> str:
    """Return an exception's class in full, as the semantic conventions' `error.type` wants it."""
    kind = type(error)
    prefix = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return prefix + kind.__qualname__


class SpanIds(NamedTuple):
    """`trace_id` and `span_id` in lowercase hex, 32 and 16 digits; both "" outside a trace."""

    trace_id: str
    span_id: str


_NONE = SpanIds("", "")


def current_span_context() -> SpanIds:
    """Return the ids of the current span, real also where nothing is exported."""
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return _NONE
    return SpanIds(format(context.trace_id, "032x"), format(context.span_id, "016x"))


def current_trace_id() -> str:
    """Return the current trace's id, which is what a support request should name."""
    return current_span_context().trace_id


def trace_headers() -> dict[str, str]:
    """Return the headers that let the receiver of an outgoing request continue this trace."""
    context = get_current_span().get_span_context()
    return {"traceparent": traceparent(context)} if context.is_valid else {}


def traceparent(context: SpanContext) -> str:
    """Return a span's ids as W3C Trace Context does, in `traceparent` and `traceresponse` alike."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
