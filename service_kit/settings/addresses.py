# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an address to listen on or to call, said without quoting it."""

import re
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")
_PORT: Final = "has a port that is no number from 1 to 65535"


def is_ip(text: str) -> bool:
    """Return whether it is an IPv4 or IPv6 address, without brackets."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def bare(host: str) -> str:
    """Return a host without the brackets that an IPv6 address has in a URL."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def in_url(host: str) -> str:
    """Return a host as it stands before a port: an IPv6 address in brackets."""
    return f"[{bare(host)}]" if ":" in host else host


def host_objection(text: str) -> str | None:
    """Return what is wrong with an address to listen on; None if nothing is."""
    if is_ip(bare(text)):
        return None
    if "://" in text or "/" in text:
        return "must be an IP address or a host name, not a URL"
    if ":" in text:
        return "must be an IP address or a host name without a port; --port is apart"
    looks_like_ip = re.fullmatch(r"[0-9.]+", text) is not None
    if looks_like_ip or not _NAME.fullmatch(text):
        return "must be an IP address or a host name"
    return None


def server_objection(text: str) -> str | None:
    """Return what is wrong with a server's URL, which may hold a password."""
    url = _split(text)
    return "cannot be read; an IPv6 address stands in brackets" if url is None else _server(url)


def url_objection(text: str) -> str | None:
    """Return what is wrong with a URL that is called with the caller's own credential."""
    url = _split(text)
    if url is not None and "@" in url.netloc:
        return "must hold no user and no password: callers bring their own credential"
    return server_objection(text)


def origins_objection(text: str) -> str | None:
    """Return what is wrong with any of several origins."""
    return next(filter(None, map(server_objection, map(str.strip, text.split(",")))), None)


def networks_objection(text: str) -> str | None:
    """Return what is wrong with any of several addresses and networks."""
    return next(filter(None, map(_network_objection, map(str.strip, text.split(",")))), None)


def _network_objection(text: str) -> str | None:
    try:
        network = ip_network(text)
    except ValueError:
        return "has an address that is none, or a network with bits behind its prefix"
    return None if network.prefixlen else "must not be everybody: anyone could name any address"


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _server(url: SplitResult) -> str | None:
    address = url.netloc.rpartition("@")[2]
    if address.count(":") > 1 and not address.startswith("["):
        return "must have an IPv6 address in brackets"
    if not url.hostname:
        return "names no host"
    try:
        port = url.port
    except ValueError:
        return _PORT
    return _PORT if port == 0 else None
