# SPDX-License-Identifier: Apache-2.0
"""The ids of the trace that the running code belongs to, in the forms that others read."""

from typing import NamedTuple

from opentelemetry.trace import SpanContext, get_current_span


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
