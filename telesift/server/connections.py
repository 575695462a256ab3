# SPDX-License-Identifier: Apache-2.0
"""All connections of a worker: how many there may be, and which has to go."""

from typing import Final

from telesift.server.connection import Connection, Register

_LEAST: Final = 16


def most(descriptors: int, wanted: int) -> int:
    """Return how many connections a process with so many descriptors may have.

    A quarter is left to the outbox, the databases and the host application's `/me`.
    """
    return max(_LEAST, min(wanted, descriptors * 3 // 4))


class Connections(Register):
    """Keeps the number of connections below a bound.

    A newcomer takes the place of whoever has kept us waiting longest. It needs no more than the
    moment in which its request is read, so a crowd of silent connections cannot keep it out.
    """

    def __init__(self, bound: int) -> None:
        super().__init__()
        self._bound = bound
        self._waiting: dict[Connection, None] = {}  # in the order in which they began to

    def admit(self, newcomer: Connection) -> None:
        """Take a connection in, and let another go where there is no room."""
        self._waiting[newcomer] = None
        if len(self.connections) > self._bound:
            longest = next(iter(self._waiting))
            self.forget(longest)
            longest.transport.abort()

    def excuse(self, connection: Connection) -> None:
        """Keep a connection whose request is complete."""
        self._waiting.pop(connection, None)

    def await_client(self, connection: Connection) -> None:
        """Count a connection among those that may have to go."""
        self._waiting[connection] = None

    def forget(self, connection: Connection) -> None:
        """Count a connection no longer."""
        self._waiting.pop(connection, None)
        self.connections.discard(connection)

    def expire(self, now: float) -> None:
        """End the connections whose deadline is over."""
        for connection in [one for one in self.connections if one.deadline < now]:  # type: ignore[union-attr]
            connection.expire()  # type: ignore[union-attr]
