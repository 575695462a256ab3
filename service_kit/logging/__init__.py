# SPDX-License-Identifier: Apache-2.0
"""Logs: one JSON object a line on stderr (stdout belongs to the `logs` sink).

    log = structlog.get_logger()
    log.info("courier.delivered", sink="otlp", rows=12)

An event has a name and fields; it gets its level, the time and the ids of the current trace.
Nothing received may be a field. Exceptions are told by their types and places, without their
messages, and the log lines of libraries by their templates, without what was filled in.
"""

import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from service_kit.logging.exceptions import describe
from service_kit.logging.libraries import Forward
from service_kit.settings import Environment, Settings
from service_kit.tracing.ids import current_span_context

__all__ = ["configure"]

_LEVELS: Final = logging.getLevelNamesMapping()


def configure(settings: Settings) -> None:
    """Log in this process from now on, and in those it forks."""
    for_a_person = settings.environment is Environment.DEVELOPMENT and sys.stderr.isatty()
    level = _LEVELS[settings.log_level.upper()]
    structlog.configure(
        processors=[*_ENRICH, *(_PRETTY if for_a_person else _JSON)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_printer if for_a_person else _writer,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[Forward()], level=level, force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_last_exception
    threading.excepthook = lambda args: _log_last_exception(args.exc_type, args.exc_value, None)


def _printer(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def _writer(*_: Any) -> structlog.BytesLogger:
    return structlog.BytesLogger(sys.stderr.buffer)


def _log_last_exception(
    _kind: type[BaseException], error: BaseException | None, _at: TracebackType | None
) -> None:
    """Take Python's place, which would print the message."""
    if not isinstance(error, KeyboardInterrupt | SystemExit | None):
        structlog.get_logger().critical("error.unhandled", exc_info=error)


def _add_time(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC)
    return event


def _add_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    ids = current_span_context()
    if ids.trace_id:
        event["trace_id"], event["span_id"] = ids
    return event


def _describe_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def _name_the_type(value: object) -> str:
    """Stand in for a field that is no JSON: a log line must not fail, nor show a `repr`."""
    return f"<{type(value).__qualname__}>"


_encoder = msgspec.json.Encoder(enc_hook=_name_the_type)


def _encode(event: EventDict, **_: Any) -> bytes:
    return _encoder.encode({"event": event.pop("event"), **event})  # its name first, for readers


_ENRICH: Final[list[Processor]] = [
    structlog.processors.add_log_level,
    _add_time,
    _add_trace,
    _describe_exception,
]
_JSON: Final[list[Processor]] = [structlog.processors.JSONRenderer(serializer=_encode)]
_PRETTY: Final[list[Processor]] = [structlog.dev.ConsoleRenderer()]
