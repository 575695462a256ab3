# SPDX-License-Identifier: Apache-2.0
"""Requests that leave a service, as the network it runs in has them: proxies, and its own CAs.

HTTPS_PROXY, HTTP_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE and SSL_CERT_FILE mean what they mean to
other programs. A password in ~/.netrc is never read, and a loopback address needs no NO_PROXY.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.exceptions import SSLError

_CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class OutboundSession(requests.Session):
    """A session of requests with the standard variables, and no credential but those given."""

    def __init__(self) -> None:
        super().__init__()
        self.verify = ca_bundle(os.environ) or True
        # Any function will do: without one, requests looks for a password in ~/.netrc.
        self.auth = lambda request: request

    def merge_environment_settings(  # type: ignore[override]  # its stubs know no types
        self, url: str, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]:
        """Return what holds for one request: `verify` as we set it, no proxy to ourselves."""
        merged = dict(super().merge_environment_settings(url, proxies, stream, verify, cert))
        merged["verify"] = self.verify  # requests would prefer the variable to what was chosen
        if isinstance(self.verify, str) and not Path(self.verify).exists():
            raise SSLError  # requests raises an OSError that is none of its own
        if is_loopback(url):
            merged["proxies"] = {}
        return merged


def ca_bundle(environ: Mapping[str, str]) -> str | None:
    """Return the file of certificates that the environment trusts instead of the public ones."""
    return next(filter(None, (environ.get(name, "").strip() for name in _CA_VARIABLES)), None)


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
