# SPDX-License-Identifier: Apache-2.0
"""One function per attack: what was seen, and whether the service held."""

import contextlib
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from tests.attacks import wire
from tests.attacks.target import Target


class Seen(NamedTuple):
    """What came of an attack."""

    held: bool
    what: str


Attack = Callable[[Target], Seen]

_HEAD_SECONDS = (
    25  # ours ends a head after 10 seconds and reads on for 2; twice that is a wide margin
)
_BODY_SECONDS = 50
_ENDLESS_BYTES = 32 * 1024 * 1024


def silent(target: Target) -> Seen:
    """Open 300 connections, and say nothing."""
    return _starve(target, [wire.connect(target.port) for _ in range(300)], _HEAD_SECONDS)


def half_heads(target: Target) -> Seen:
    """Begin 100 heads, and stop."""
    begun = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
    return _starve(target, [wire.connect(target.port, begun) for _ in range(100)], _HEAD_SECONDS)


def slow_heads(target: Target) -> Seen:
    """Send 50 heads byte by byte, one each half second."""
    sockets = [wire.connect(target.port, b"GET /livez HTTP/1.1\r\nX: ") for _ in range(50)]
    answered, deadline, left = target.answers(), time.monotonic() + _HEAD_SECONDS, sockets
    while left and time.monotonic() < deadline:
        left = [sock for sock in wire.open_ones(left) if _send(sock, b"x")]
        time.sleep(0.5)
    wire.close(sockets)
    return Seen(answered and not left, f"others answered: {_yes(answered)}, {len(left)} stay")


def half_bodies(target: Target) -> Seen:
    """Begin 50 bodies of a user's requests, and stop."""
    head, body = target.post()
    sockets = [wire.connect(target.port, head + body[:10]) for _ in range(50)]
    return _starve(target, sockets, _BODY_SECONDS)


def endless_header(target: Target) -> Seen:
    """Send a header that never ends."""
    return _endless(target, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"x" * 65_536)


def endless_headers(target: Target) -> Seen:
    """Send headers without end."""
    return _endless(target, b"GET / HTTP/1.1\r\n", b"x: y\r\n" * 10_000)


def endless_request_line(target: Target) -> Seen:
    """Send a path that never ends."""
    return _endless(target, b"GET /", b"x" * 65_536)


def endless_chunk_extension(target: Target) -> Seen:
    """Send a chunk's extension that never ends."""
    head = target.head("user-token", "Transfer-Encoding: chunked")
    return _endless(target, head + b"1;", b"x" * 65_536)


def endless_chunks(target: Target) -> Seen:
    """Send a chunked body that never ends, of a user."""
    head = target.head("user-token", "Transfer-Encoding: chunked")
    return _endless(target, head, b"10000\r\n" + b" " * 65_536 + b"\r\n")


def bad_chunk(target: Target) -> Seen:
    """Send a chunk whose size is no number."""
    head = target.head("user-token", "Transfer-Encoding: chunked")
    return _refused(target, [head + b"zz\r\n{}\r\n0\r\n\r\n"])


def malformed(target: Target) -> Seen:
    """Send what is no HTTP: garbage, a TLS greeting, a wrong version, smuggled lengths."""
    both = head = target.head("user-token", "Content-Length: 4", "Transfer-Encoding: chunked")
    said = [
        b"garbage\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        b"GET /livez HTTP/9.9\r\n\r\n",
        head.replace(b"HTTP/1.1", b"HTTP/x.y"),
        both + b"0\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n",
    ]
    return _refused(target, said)


def websocket(target: Target) -> Seen:
    """Ask for a WebSocket."""
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    fields = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key)
    return _refused(target, [wire.head("GET /livez", *fields)])


def http2_offer(target: Target) -> Seen:
    """Post as Java's client does, with an offer of HTTP/2 that a server may ignore."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAA")
    head, body = target.post("user-token", 0, *offer)
    with contextlib.closing(wire.connect(target.port, head + body)) as sock:
        first = wire.status(wire.read_until(sock, b"\r\n\r\n"))
    return Seen(first in {200, 204}, f"status {first}")


def pipelining(target: Target) -> Seen:
    """Send twenty requests at once."""
    last = wire.head("GET /livez", "Connection: close")
    with contextlib.closing(wire.connect(target.port)) as sock:
        sock.sendall(wire.head("GET /livez") * 19 + last)
        answers = wire.read_all(sock).count(b" 200 OK\r\n")
    return Seen(answers == 20, f"{answers} of 20 answered")


def expect_continue(target: Target) -> Seen:
    """Wait for 100 Continue before the body, as curl does."""
    head, body = target.post("user-token", 0, "Expect: 100-continue")
    with contextlib.closing(wire.connect(target.port, head)) as sock:
        interim = wire.status(wire.read_until(sock, b"\r\n\r\n", 3))
        sock.sendall(body)
        final = wire.status(wire.read_until(sock, b"\r\n\r\n", 5))
    return Seen(interim == 100 and final in {200, 204}, f"{interim}, then {final}")


def cookies(target: Target) -> Seen:
    """Bring 9 KB of cookies, as a sign-on service leaves them."""
    got = wire.status(target.get("/livez", f"Cookie: a={'x' * 9000}"))
    return Seen(got == 200, f"status {got}")


def http10(target: Target) -> Seen:
    """Keep an HTTP/1.0 connection, or be told that it ends."""
    ask = b"GET /livez HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
    with contextlib.closing(wire.connect(target.port, ask)) as sock:
        answer = wire.read_until(sock, b"}")
    is_framed = b"content-length" in answer.lower() and b"chunked" not in answer.lower()
    return Seen(wire.status(answer) == 200 and is_framed, f"status {wire.status(answer)}")


def health_by_head(target: Target) -> Seen:
    """Ask for health by HEAD."""
    found = []
    for path in ("/livez", "/readyz", "/version"):
        with contextlib.closing(wire.connect(target.port, wire.head(f"HEAD {path}"))) as sock:
            found.append(wire.status(wire.read_until(sock, b"\r\n\r\n")))
    return Seen(found == [200] * 3, f"status {found}")


def truncated(target: Target) -> Seen:
    """End a body before its end, where half of it reads like a whole."""
    head, body = target.post("user-token", 10)
    with contextlib.closing(wire.connect(target.port, head + body)) as sock:
        sock.shutdown(socket.SHUT_WR)
        got = wire.status(wire.read_all(sock, 40))
    return Seen(got not in range(200, 300), f"status {got}")


def short_connections(target: Target, number: int = 6000) -> Seen:
    """Connect, ask once and leave, again and again; memory levels off."""
    _visit(target, number // 3)
    before = wire.resident_megabytes(target.pid)
    _visit(target, number)
    grown = (wire.resident_megabytes(target.pid) - before) * 1e6 / number
    return Seen(grown < 1000, f"{grown:.0f} bytes per connection")


def flood(target: Target) -> Seen:
    """Announce 900 MB under a made-up token, eight times, while `/me` hangs."""
    peak = [wire.resident_megabytes(target.pid)]
    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(_flood, target) for _ in range(8)]
        while not all(one.done() for one in sent):
            peak.append(wire.resident_megabytes(target.pid))
            time.sleep(0.1)
    return Seen(max(peak) < 200, f"{peak[0]:.0f} -> {max(peak):.0f} MB")


def bodies_in_waiting(target: Target) -> Seen:
    """Send 256 KB under a made-up token on 400 connections, while `/me` hangs."""
    head = target.stranger("Content-Length: 262144")
    sockets = [wire.connect(target.port, head) for _ in range(400)]
    peak = 0.0
    for _ in range(8):
        for sock in sockets:
            _send_some(sock, b"x" * 32_768)
        peak = max(peak, wire.resident_megabytes(target.pid))
    wire.close(sockets)
    return Seen(peak < 200, f"at most {peak:.0f} MB")


def liveness(target: Target) -> Seen:
    """Ask `/livez` while thirty questions to the host hang."""
    asked = ("Content-Length: 2",)
    sockets = [wire.connect(target.port, target.stranger(*asked) + b"{}") for _ in range(30)]
    time.sleep(0.3)
    took = []
    for _ in range(10):
        began = time.monotonic()
        answer = wire.status(target.get("/livez"))
        took.append(time.monotonic() - began if answer == 200 else 99)
    wire.close(sockets)
    return Seen(max(took) < 1, f"at most {max(took) * 1000:.0f} ms")


def descriptors(target: Target) -> Seen:
    """Open 600 connections where a process may have 256 descriptors, each owing us something."""
    owed = [
        b"",
        b"GET /livez HTTP/1.1\r\n",
        wire.head("GET /livez") + b"GET /",
        wire.head("GET /livez"),
    ]
    sockets = []
    with contextlib.suppress(OSError):
        sockets += [wire.connect(target.port, owed[number % 4]) for number in range(600)]
    time.sleep(1)
    answered = all(target.answers() for _ in range(5))
    used = wire.most_descriptors(target.pid)
    wire.close(sockets)
    held = answered and used < 256
    return Seen(held, f"others answered: {_yes(answered)}, {used} descriptors of 256")


def drain(target: Target) -> Seen:
    """Stop the service while a request's body is on its way."""
    head, body = target.post()
    with contextlib.closing(wire.connect(target.port, head + body[:10])) as sock:
        time.sleep(0.5)
        target.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        _send(sock, body[10:])
        got = wire.status(wire.read_until(sock, b"\r\n\r\n", 15))
    return Seen(got in {200, 204}, f"status {got}")


STARVING: Final[tuple[Attack, ...]] = (silent, half_heads, slow_heads, half_bodies)
"""On a service as it is, at the same time: each takes as long as the deadline that ends it."""

PLAIN: Final[tuple[Attack, ...]] = (
    endless_header, endless_headers,
    endless_request_line, endless_chunk_extension, endless_chunks, bad_chunk, malformed,
    websocket, http2_offer, pipelining, expect_continue, cookies, http10, health_by_head,
    truncated, short_connections, drain,
)  # fmt: skip
"""On a service as it is; the last one ends it."""

HANGING: Final[tuple[Attack, ...]] = (liveness, flood, bodies_in_waiting)
"""On a service whose host does not answer."""

SCARCE: Final[tuple[Attack, ...]] = (descriptors,)
"""On a service with 256 descriptors."""


def _starve(target: Target, sockets: wire.Sockets, seconds: float) -> Seen:
    time.sleep(0.5)
    answered = target.answers()
    left = wire.wait_for_end(sockets, seconds)
    wire.close(sockets)
    return Seen(answered and not left, f"others answered: {_yes(answered)}, {len(left)} stay")


def _endless(target: Target, beginning: bytes, piece: bytes) -> Seen:
    before = wire.resident_megabytes(target.pid)
    with contextlib.closing(wire.connect(target.port, beginning)) as sock:
        sent = wire.send_endlessly(sock, piece, _ENDLESS_BYTES, 10)
        kept = wire.resident_megabytes(target.pid) - before
    answered = target.answers()
    what = f"{kept:.0f} MB kept of {sent / 1e6:.0f}, others answered: {_yes(answered)}"
    return Seen(kept < 8 and answered, what)


def _refused(target: Target, said: list[bytes]) -> Seen:
    errors, found = target.errors(), []
    for one in said:
        with contextlib.closing(wire.connect(target.port)) as sock:
            _send(sock, one)
            found.append(wire.status(wire.read_all(sock, 3)))
    logged = target.errors() - errors
    held = all(400 <= one < 500 or one == 505 for one in found) and not logged
    return Seen(held, f"status {', '.join(map(str, found))}; {logged} ERROR lines")


def _visit(target: Target, number: int) -> None:
    for _ in range(number):
        with contextlib.closing(wire.connect(target.port, wire.head("GET /livez"))) as sock:
            wire.read_until(sock, b"}")


def _flood(target: Target) -> int:
    head = target.stranger("Content-Length: 900000000")
    with contextlib.closing(wire.connect(target.port, head)) as sock:
        return wire.send_endlessly(sock, b"x" * 65_536, 900_000_000, 4)


def _send(sock: socket.socket, data: bytes) -> bool:
    try:
        sock.sendall(data)
    except OSError:
        return False
    return True


def _send_some(sock: socket.socket, data: bytes) -> None:
    """Send what fits, and do not wait for room."""
    sock.setblocking(False)
    with contextlib.suppress(OSError):
        sock.send(data)


def _yes(held: bool) -> str:
    return "yes" if held else "NO"
