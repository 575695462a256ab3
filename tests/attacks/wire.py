# SPDX-License-Identifier: Apache-2.0
"""Sockets that say what no HTTP client would, and what is to be seen of a process from outside."""

import contextlib
import os
import select
import socket
import time
from collections.abc import Iterable
from pathlib import Path

Sockets = list[socket.socket]


def connect(port: int, first: bytes = b"") -> socket.socket:
    """Open a connection, and begin to talk."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(first)
    return sock


def head(line: str, *fields: str) -> bytes:
    """Return a request's head."""
    return "\r\n".join([f"{line} HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()


def read_all(sock: socket.socket, seconds: float = 5) -> bytes:
    """Return what comes until the other side closes, or is silent for so long."""
    sock.settimeout(seconds)
    received = b""
    with contextlib.suppress(OSError):
        while data := sock.recv(65_536):
            received += data
    return received


def read_until(sock: socket.socket, mark: bytes, seconds: float = 10) -> bytes:
    """Return what comes up to and with a mark, or as much as there is."""
    sock.settimeout(seconds)
    received = b""
    with contextlib.suppress(OSError):
        while mark not in received and (data := sock.recv(65_536)):
            received += data
    return received


def status(answer: bytes) -> int:
    """Return an answer's status, or 0 where there is none."""
    first = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(first[1]) if len(first) > 1 and first[0].startswith(b"HTTP/") else 0


def open_ones(sockets: Iterable[socket.socket]) -> Sockets:
    """Return the connections that the server has not ended, after reading what it said."""
    return [sock for sock in sockets if not _has_ended(sock)]


def wait_for_end(sockets: Sockets, seconds: float) -> Sockets:
    """Return the connections that are still open after so long."""
    deadline = time.monotonic() + seconds
    while (sockets := open_ones(sockets)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return sockets


def close(sockets: Iterable[socket.socket]) -> None:
    """Close them all."""
    for sock in sockets:
        sock.close()


def send_endlessly(sock: socket.socket, piece: bytes, most_bytes: int, seconds: float) -> int:
    """Send until the server ends the connection or reads no more; return how much went out."""
    sock.settimeout(1)
    deadline, sent = time.monotonic() + seconds, 0
    with contextlib.suppress(OSError):
        while sent < most_bytes and time.monotonic() < deadline:
            sent += sock.send(piece)
    return sent


def family(pid: int) -> list[int]:
    """Return a process and its descendants, but not PostgreSQL."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _python_family(int(child)))]


def resident_megabytes(pid: int) -> float:
    """Return the memory of the largest process of a service: its worker."""
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in family(pid)]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def most_descriptors(pid: int) -> int:
    """Return how many descriptors the process has open that has most."""
    return max(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in family(pid))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a service has used."""
    ticks = [
        Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid)
    ]
    return sum(int(one[11]) + int(one[12]) for one in ticks) / os.sysconf("SC_CLK_TCK")


def _python_family(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        if "postgres" not in Path(f"/proc/{pid}/comm").read_text():
            return family(pid)
    return []


def _has_ended(sock: socket.socket) -> bool:
    ready = select.poll()  # select() knows no descriptor over 1023
    ready.register(sock, select.POLLIN)
    while ready.poll(0):
        try:
            if not sock.recv(65_536):
                return True
        except OSError:
            return True
    return False
