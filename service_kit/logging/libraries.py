# SPDX-License-Identifier: Apache-2.0
"""The log lines of libraries (gunicorn, the OpenTelemetry SDK, ...), made fit for our log.

Libraries quote requests: gunicorn logs the URI of one that failed. What is known to be harmless
is the template that the library's author wrote, so `"Error handling request %s"` becomes
`"Error handling request …"`, with numbers filled in. A line that came without arguments may have
been filled in beforehand: of that only the place is told.
"""

import logging
from collections.abc import Mapping
from typing import Any

import structlog


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
    """Give a record's template, with its numbers filled in, or None where it had no arguments."""
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
