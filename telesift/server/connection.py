# SPDX-License-Identifier: Apache-2.0
"""One client's connection: uvicorn's HTTP protocol, with a bound on whatever a client may owe us.

uvicorn has no deadline for a head or a body, no limit for a head, and reads a body before the
application wants it. Whoever sends half a request, an endless one or nothing would stay.
"""

from abc import ABC, abstractmethod
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from service_kit.http.body import TRUNCATED

HEAD_SECONDS: Final = 10
"""From the connection, or the first byte of a later request, to the end of the head."""

BODY_SECONDS: Final = 30
"""From the end of the head to the end of the body: 9 KB per second for the largest one."""

ANSWER_SECONDS: Final = 30
"""How long a client may leave an answer unread once the buffers are full."""

_HEAD_BYTES: Final = 32 * 1024  # as nginx; sign-on services leave 9 KB of cookies
_FIELDS: Final = 128
_PIPELINED: Final = 32
_DISCARDED_BYTES: Final = 16 * 1024 * 1024  # many clients read no answer before all is sent
_LINGER_SECONDS: Final = 2  # closed at once, the answer may be lost with what was not read
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
_FOREVER: Final = float("inf")


class Phase(Enum):
    """What a connection is waiting for."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    """The client owes nothing: it is our turn."""
    CLOSING = auto()


class Register(ServerState, ABC):
    """Knows all connections of a worker, and which of them keep us waiting."""

    @abstractmethod
    def admit(self, newcomer: "Connection") -> None:
        """Take a connection in."""

    @abstractmethod
    def excuse(self, connection: "Connection") -> None:
        """Keep a connection: it is our turn."""

    @abstractmethod
    def await_client(self, connection: "Connection") -> None:
        """Let a connection go first that owes us something for longest."""

    @abstractmethod
    def forget(self, connection: "Connection") -> None:
        """Count a connection no longer."""


class Connection(HttpToolsProtocol):
    """Ends when its client keeps it waiting; `Connections` asks after `deadline`."""

    server_state: Register
    phase = Phase.HEAD
    deadline = _FOREVER
    _refusal = HTTPStatus.BAD_REQUEST
    _head_bytes = 0
    _discarded_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait(Phase.HEAD, HEAD_SECONDS)
        self.server_state.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application, also that a body ended before its end."""
        self._cut_off()
        self.server_state.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, which may be part of a request or several."""
        if self.phase is Phase.CLOSING or self.parser is None:
            return
        self._unset_keepalive_if_required()
        if self.phase is Phase.IDLE:
            self._wait(Phase.HEAD, HEAD_SECONDS)
        self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            self._ignore_offer()
            self.data_received(data[stopped.args[0] :])
        except httptools.HttpParserError:
            self.refuse(self._refusal)
        if self.phase is Phase.HEAD and self._head_bytes > _HEAD_BYTES:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin a request, maybe behind one that is still under way."""
        super().on_message_begin()
        if self.phase is not Phase.HEAD:
            self._wait(Phase.HEAD, HEAD_SECONDS)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field; an exception in a callback ends the parsing."""
        if len(self.headers) >= _FIELDS:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise ValueError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request, or queue it behind the one before."""
        is_websocket = self.parser.should_upgrade() and self._get_upgrade() == b"websocket"
        if is_websocket or len(self.pipeline) >= _PIPELINED:
            raise ValueError
        self._wait(Phase.BODY, BODY_SECONDS)
        self._head_bytes = 0
        super().on_headers_complete()
        if self.expect_100_continue:
            # Refused unread, it is anybody's guess whether the body still comes.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Keep a part for the application, and read on only when it asks for more."""
        if self.cycle.response_complete:
            self._discarded_bytes += len(body)
            if self._discarded_bytes > _DISCARDED_BYTES:
                self.transport.close()
            return
        super().on_body(body)
        self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """Wait no longer: the whole request is there."""
        if self.parser.should_upgrade() and self._framing():
            return  # its body is still to come, see `_ignore_offer`
        super().on_message_complete()
        self._head_bytes = self._discarded_bytes = 0
        if self.cycle.response_complete:
            self._rest()
        else:
            self.phase, self.deadline = Phase.ANSWER, _FOREVER
            self.server_state.excuse(self)

    def on_response_complete(self) -> None:
        """Go on with the next request, or wait for one."""
        super().on_response_complete()
        if not self.cycle.response_complete:
            return  # of the next one, which was waiting
        if self.phase is Phase.ANSWER:
            self._rest()
        else:
            self.server_state.await_client(self)

    def pause_writing(self) -> None:
        """Give the client time to read."""
        super().pause_writing()
        self.deadline = self.loop.time() + ANSWER_SECONDS
        self.server_state.await_client(self)

    def resume_writing(self) -> None:
        """Go back to what the client owes."""
        super().resume_writing()
        if self.phase is Phase.ANSWER:
            self.deadline = _FOREVER
            self.server_state.excuse(self)

    def expire(self) -> None:
        """End the connection: its client let the deadline pass."""
        if self.phase in {Phase.CLOSING, Phase.ANSWER}:
            self.transport.abort()
        elif self.phase is Phase.BODY or self._head_bytes:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._wait(Phase.CLOSING, _LINGER_SECONDS)
            self.transport.close()

    def refuse(self, status: HTTPStatus) -> None:
        """Answer what is no request of HTTP, and close once the client had time to read that."""
        self._cut_off()
        self._wait(Phase.CLOSING, _LINGER_SECONDS)
        self.server_state.await_client(self)
        if self.pipeline:  # an answer would come before those to the requests ahead
            self.transport.abort()
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(_answer(status))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: an offer of HTTP/2 is no event."""

    def _ignore_offer(self) -> None:
        """Parse the body of a request that offered another protocol, as Java's client does.

        The parser takes whatever follows the head for that protocol. A fresh one is told how
        long the body is, and nothing can follow on the connection.
        """
        if framing := self._framing():
            self.cycle.keep_alive = False
            self.parser = httptools.HttpRequestParser(_Body(self))
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
        else:
            self.parser = httptools.HttpRequestParser(self)

    def _framing(self) -> bytes:
        fields = (b"%b: %b\r\n" % field for field in self.headers if field[0] in _FRAMING)
        return b"".join(fields)

    def _rest(self) -> None:
        self._wait(Phase.IDLE, self.timeout_keep_alive)
        self.server_state.await_client(self)

    def _wait(self, phase: Phase, seconds: float) -> None:
        self.phase = phase
        self.deadline = self.loop.time() + seconds

    def _cut_off(self) -> None:
        """Let the application not take half a body for a whole one."""
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.more_body:
                self.cycle.scope[TRUNCATED] = True  # type: ignore[typeddict-unknown-key]
            self.cycle.disconnected = True
            self.cycle.message_event.set()


class _Body:
    """Passes on what a parser finds behind a head that was parsed elsewhere."""

    def __init__(self, connection: Connection) -> None:
        self.on_body = connection.on_body
        self.on_message_complete = connection.on_message_complete


def _answer(status: HTTPStatus) -> bytes:
    return STATUS_LINE[status.value] + b"content-length: 0\r\nconnection: close\r\n\r\n"
