# SPDX-License-Identifier: Apache-2.0
"""Addresses on the internet."""

import ipaddress

from service_kit.pii.pattern import Pattern

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"


def _ipv6(candidate: str) -> int:
    """Confirm an address that tells something: `::1`, `dead::beef` and `x[::2]` are code."""
    groups = [group for group in candidate.split(":") if group]
    long_group = any(len(group) > 2 for group in groups)
    if len(groups) < 2 or not long_group or not any(map(str.isdigit, candidate)):
        return 0
    try:
        ipaddress.IPv6Address(candidate)
    except ValueError:
        return 0
    return len(candidate)


IPV4 = Pattern(
    name="ipv4",
    marker="[ip]",
    brief="IPv4 address: four numbers from 0 to 255; `v1.2.3.4` is a version",
    expression=rf"(?:^|[^\w.])({_OCTET}(?:\.{_OCTET}){{3}})(?:\.*(?:$|[^\w.]))",
)

IPV6 = Pattern(
    name="ipv6",
    marker="[ip]",
    brief="IPv6 address, also with an IPv4 address inside",
    expression=r"(?:^|[^\w:.])([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
    rf"(?:{_OCTET}(?:\.{_OCTET}){{3}})?)(?:$|[^\w:.]|[:.](?:$|[^\w:]))",
    confirm=_ipv6,
)
