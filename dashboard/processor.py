# SPDX-License-Identifier: Apache-2.0
"""Asks the processor for its ledger, as the caller: it decides itself who may see it."""

from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from dashboard.messages import Ledger
from service_kit.auth import Credential
from service_kit.host import HostClient, HostUnreachable
from service_kit.http.problem import Forbidden, Unavailable
from service_kit.telemetry import error_type

PATH: Final = "/telemetry/ledger"

_ANSWER_BYTES: Final = 1024 * 1024
_REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_log = structlog.get_logger()


class Processor:
    """The processor at TELESIFT_PROCESSOR_URL, asked by a client of its host."""

    def __init__(self, url: str, host: HostClient) -> None:
        self._url = url.rstrip("/") + PATH
        self._host = host

    def ledger(self, credential: Credential) -> Ledger:
        """Fetch the ledger; raises `Forbidden`, or `Unavailable` without a usable answer."""
        try:
            status, body = self._host.get(self._url, credential, _ANSWER_BYTES)
        except HostUnreachable as error:
            raise _unavailable(error.reason) from None
        if status in _REFUSALS:
            raise Forbidden("The processor does not show you its ledger.")
        if status != HTTPStatus.OK:
            raise _unavailable(f"status_{status}")
        try:
            return msgspec.json.decode(body, type=Ledger)
        except msgspec.MsgspecError as error:
            raise _unavailable(error_type(error)) from None


def _unavailable(reason: str) -> Unavailable:
    _log.warning("dashboard.no_ledger", reason=reason)
    return Unavailable("The processor does not answer.")
