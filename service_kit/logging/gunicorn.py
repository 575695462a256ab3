# SPDX-License-Identifier: Apache-2.0
"""Gunicorn's own lines, in our log: pass the class as gunicorn's `logger_class`."""

from typing import Any, Final

from gunicorn.glogging import Logger

_METHODS: Final = ("critical", "error", "warning", "info", "debug", "exception")


class GunicornLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Writes nothing itself; the access log is ours (`service_kit.access_log`)."""

    def setup(self, cfg: Any) -> None:
        """Let what gunicorn says propagate to the root logger."""
        self.cfg = cfg
        self.error_log.propagate = True
        for name in _METHODS:  # called directly, a record names the place that spoke
            setattr(self, name, getattr(self.error_log, name))
