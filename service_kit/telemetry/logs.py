# SPDX-License-Identifier: Apache-2.0
"""Logs: one JSON object per line on stderr (stdout belongs to the `logs` sink).

    log = structlog.get_logger()
    log.info("sink.recovered", sink="otlp", failures=3)

An event has a name and fields; it gets its level, the time and the ids of the current trace.
Nothing received may be a field. Exceptions are logged by their types and places, without their
messages, and the log lines of libraries by their templates, without what was filled in.
"""

import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final

import msgspec
import structlog
from gunicorn.glogging import Logger
from structlog.typing import EventDict, Processor, WrappedLogger

from service_kit.clock import utc_now
from service_kit.settings import Environment, ServiceSettings
from service_kit.telemetry.spans import current_span_context, error_type

_LEVELS: Final = logging.getLevelNamesMapping()


def configure(settings: ServiceSettings) -> None:
    """Set up logging in this process, and in those it forks."""
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
    """Log in place of Python, which would print the message."""
    if not isinstance(error, KeyboardInterrupt | SystemExit | None):
        structlog.get_logger().critical("error.unhandled", exc_info=error)


def _add_time(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = utc_now()
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
    """Return a field's type where it is no JSON: a log line must not fail, nor show a `repr`."""
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


_MOST_FRAMES: Final = 12
_MOST_CAUSES: Final = 4


def describe(error: BaseException) -> dict[str, Any]:
    """Return the exception's type, its causes' types, and the places it passed, innermost last."""
    fields: dict[str, Any] = {"error": error_type(error), "where": places(error)}
    causes = [error_type(cause) for cause in islice(_causes(error), _MOST_CAUSES)]
    return fields | ({"caused_by": causes} if causes else {})


def places(error: BaseException) -> list[str]:
    """Return `module:line function` for the innermost frames of a traceback."""
    frames = list(walk_tb(error.__traceback__))[-_MOST_FRAMES:]
    return [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_qualname}"
        for frame, line in frames
    ]


def _causes(error: BaseException) -> Iterator[BaseException]:
    while cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield cause
        error = cause


class Forward(logging.Handler):
    """Passes the standard library's log records on to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record as an event named `log`."""
        fields = {
            "logger": record.name,
            "where": f"{record.module}:{record.lineno} {record.funcName}",
            "message": template(record),
            "exc_info": record.exc_info[1] if record.exc_info else None,
        }
        structlog.get_logger().log(
            record.levelno, "log", **{name: value for name, value in fields.items() if value}
        )


def template(record: logging.LogRecord) -> str | None:
    """Return a record's template with its numbers filled in; None where it had no arguments."""
    if not record.args or not isinstance(record.msg, str):
        return None
    try:
        return str(record.msg % _without_texts(record.args))
    except (TypeError, ValueError):
        return record.msg


def _without_texts(args: Any) -> Any:
    if isinstance(args, Mapping):
        return {name: _number_or_dots(value) for name, value in args.items()}
    return tuple(map(_number_or_dots, args))


def _number_or_dots(value: object) -> object:
    return value if isinstance(value, int | float) else "…"


_METHODS: Final = ("critical", "error", "warning", "info", "debug", "exception")


class GunicornLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Writes nothing itself; the access log is ours (`service_kit.telemetry.requests`)."""

    def setup(self, cfg: Any) -> None:
        """Set gunicorn's loggers to propagate to the root logger."""
        self.cfg = cfg
        self.error_log.propagate = True
        for name in _METHODS:  # called directly, a record names the place that spoke
            setattr(self, name, getattr(self.error_log, name))
