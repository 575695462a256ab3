# SPDX-License-Identifier: Apache-2.0
"""The variables that Kubernetes sets in each container for the Services of its namespace.

A Service named `telesift` makes TELESIFT_PORT=tcp://10.0.0.1:4318, TELESIFT_SERVICE_HOST and so
on: they look like settings, and the operator has set none of them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_FIRST: Final = "_PORT"
_LINK: Final = re.compile(r"(tcp|udp|sctp)://\S+")
_REST: Final = re.compile(
    r"_SERVICE_HOST|_SERVICE_PORT(_[A-Z0-9_]+)?|_PORT_[0-9]{1,5}_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?"
)


def names(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the names of all service-link variables.

    A Service always has its `<NAME>_PORT` with a tcp://, udp:// or sctp:// address in it; without
    that, TELESIFT_SERVICE_HOST is a typing error like any other.
    """
    return frozenset(
        name for service in _services(environ) for name in environ if _is_of(service, name)
    )


def _services(environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in environ.items():
        if name.endswith(_FIRST) and _LINK.fullmatch(value.strip()):
            yield name.removesuffix(_FIRST)


def _is_of(service: str, name: str) -> bool:
    if not name.startswith(service):
        return False
    rest = name.removeprefix(service)
    return rest == _FIRST or _REST.fullmatch(rest) is not None
