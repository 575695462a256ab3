# SPDX-License-Identifier: Apache-2.0
"""Runs one of the services under gunicorn, configured in code instead of by a file."""

from collections.abc import Callable, Mapping
from typing import Any

from gunicorn.app.base import BaseApplication

from service_kit.logging.gunicorn import GunicornLogger
from service_kit.settings import Settings

_KEEPALIVE_SECONDS = 75  # longer than a load balancer's usual 60: it closes first, not we
_GRACE_SECONDS = 20  # requests under way finish, and the courier drains


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn master whose workers each build their own application."""

    def __init__(self, create_app: Callable[[], Any], options: Mapping[str, Any]) -> None:
        self._create_app = create_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn; called by its constructor."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; called in each worker, after the fork."""
        return self._create_app()


def options(settings: Settings, port: int) -> dict[str, Any]:
    """Give the gunicorn options that all services share."""
    return {
        "bind": f"{settings.host}:{port}",
        "workers": settings.workers,
        "keepalive": _KEEPALIVE_SECONDS,
        "graceful_timeout": _GRACE_SECONDS,
        "proc_name": "telesift",
        "logger_class": GunicornLogger,
        "control_socket_disable": True,  # one file in the home directory, for all services
    }
