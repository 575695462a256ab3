# SPDX-License-Identifier: Apache-2.0
"""Addresses on networks: IPv4, IPv6, MAC."""

import ipaddress
import re

from service_kit.pii.pattern import LETTER, Pattern, whole, words

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_FOUR = rf"{_OCTET}(?:\.{_OCTET}){{3}}"

# Nobody's: loopback and unspecified, masks and broadcast, multicast.
_NOBODYS = [
    ipaddress.ip_network(network)
    for network in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8")
]
_PUBLIC_RESOLVERS = frozenset({"1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9"})

# Sections, versions and builds are numbered like addresses; small numbers tell them apart.
_NUMBERED = words(
    r"v|ver(?:sion|sie|sione|sión|são|siyon|zió)?|wersj[aię]|верси[яию]|release|build|firmware"
    r"|driver|patch|section|sect?\.?|chapter|ch\.?|paragraph|para\.?|clause|article|art\.?|item"
    r"|step"
    r"|figure|fig\.?|table|appendix|rule|abschnitt|kapitel|fassung|ausgabe|absatz|punkt|artikel"
    r"|ziffer|schritt"
    r"|chapitre|paragraphe|alinéa|étape|capítulo|capitulo|sección|seção|apartado|artículo|artigo"
    r"|paso|passo|capitolo|sezione|paragrafo|articolo|hoofdstuk|paragraaf|stap|rozdział|paragraf"
    r"|krok|avsnitt|kapitlet|afsnit|luku|kohta|bölüm|madde|раздел|разделе|раздела|глава|главе"
    r"|пункт|пункте|статья|статье|розділ|розділі"
    r"|ενότητα|κεφάλαιο|סעיף|פרק|القسم|الفصل|البند|खंड|अध्याय|धारा|bab|bagian|mục|chương|§",
    r"第|节|節|章|条|条款|版本|バージョン|버전|섹션",
)
_ANNOUNCED_SECTION = (
    rf"{_NUMBERED}(?: (?i:no|nr|number|of|is|ist|est|es|é|notes|and|или|и))?[ .:#=(-]{{0,3}}{_FOUR}"
)

# What is reserved for examples (RFC 5737, 3849) is one where the text says so. Elsewhere it
# stands for somebody's.
_RESERVED = rf"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.{_OCTET}"
_RESERVED_6 = r"(?i:2001:0?db8:[0-9a-f:]*[0-9a-f:])"
_EXAMPLE = (
    r"(?i:例|examples?|e\.g\."
    r"|docs?|documentation|documented|samples?|placeholders?|dummy|rfc ?\d{4}"
    r"|test-?net(?:-?\d)?|reserved|beispiel\w*|z\. ?b\.|doku|ejemplos?|exemples?|esempio|exemplos?"
    r"|voorbeeld|przykład\w*|exempel|eksempel|пример|örnek)"
)
_WORDS = rf"[{LETTER} ,:'\"()/-]{{1,30}}"


def _of_an_example(address: str) -> str:
    return rf"{_EXAMPLE}{_WORDS}{address}|{address}(?:/\d+)?{_WORDS}{_EXAMPLE}"


def _ipv4(candidate: str) -> bool:
    """Refuse what is nobody's, and small numbers such as 5.4.3.2: sections and versions.

    A candidate with words around it is one that the words explain.
    """
    if not re.fullmatch(r"[\d.]+", candidate) or candidate in _PUBLIC_RESOLVERS:
        return False
    octets = [int(octet) for octet in candidate.split(".")]
    small = max(octets) < 10 or (max(octets) < 32 and octets[0] != 10)
    if small or octets[3] == 0:  # a network's own
        return False
    return not _nobodys(ipaddress.IPv4Address(candidate))


def _nobodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(address in network for network in _NOBODYS if network.version == address.version)


def _ipv6(candidate: str) -> bool:
    """Confirm an address that tells something: `::1`, `dead::beef` and `x[::2]` are code."""
    if not re.fullmatch(r"[0-9A-Fa-f:.]+", candidate):
        return False  # words explain it
    groups = [group for group in candidate.split(":") if group]
    long_group = any(len(group) > 2 for group in groups)
    if len(groups) < 2 or not long_group or not any(map(str.isdigit, candidate)):
        return False
    try:
        return not _nobodys(ipaddress.IPv6Address(candidate))
    except ValueError:
        return False


def _mac(candidate: str) -> bool:
    """Refuse times and the addresses of nobody (all zeros, broadcast)."""
    digits = re.sub(r"[:.-]", "", candidate).lower()
    return len(set(digits)) > 2 and not digits.isdigit() and not digits.isalpha()


IPV4 = Pattern(
    name="ipv4",
    kind="ip",
    brief="IPv4 address; not a version, a section, a mask or loopback",
    expression=rf"({_ANNOUNCED_SECTION})(?:[^\w.]|\.\W|\.?$)"
    rf"|(?:^|[^\w.])({_of_an_example(_RESERVED)})(?:$|\W)"
    rf"|(?:^|[^\w.])({_FOUR})(?:\.*(?:$|[^\w.]))",
    confirm=whole(_ipv4),
)

ANNOUNCED_IPV4 = Pattern(
    name="announced_ipv4",
    kind="ip",
    brief="IPv4 address of small numbers after `IP`, `ping`, `ssh`",
    expression=r"\b(?i:ip(?:v4)?(?:[ -]?(?:address|addr|adresse|adres))?|ping|ssh|traceroute|whois)"
    rf"(?: (?i:is|was|ist|est|es|é|è|to|jest|är|er))?[ :=]{{1,3}}({_FOUR})(?:$|[^\w.]|\.(?:$|\W))",
    confirm=whole(lambda candidate: not _nobodys(ipaddress.IPv4Address(candidate))),
)

IPV6 = Pattern(
    name="ipv6",
    kind="ip",
    brief="IPv6 address, also with an IPv4 address inside",
    expression=rf"(?:^|[^\w:.])({_of_an_example(_RESERVED_6)})(?:$|\W)"
    r"|(?:^|[^\w:.])([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
    rf"(?:{_FOUR})?)(?:$|[^\w:.]|[:.](?:$|[^\w:]))",
    confirm=whole(_ipv6),
)

_PAIR = "[0-9A-Fa-f]{2}"
MAC = Pattern(
    name="mac",
    kind="mac",
    brief="MAC address with colons, dashes or in three groups of four",
    expression=rf"(?:^|[^\w:-])({_PAIR}(?::{_PAIR}){{5}}|{_PAIR}(?:-{_PAIR}){{5}}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?:$|[^\w:-]|:\W)",
    confirm=whole(_mac),
)
