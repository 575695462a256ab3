# SPDX-License-Identifier: Apache-2.0
"""Telephone numbers, told from dates, ranges, amounts and identifiers.

A number counts when it is international (`+49 30 ...`), when it is grouped as some country groups
its telephone numbers, or when a word announces it (`tel. 12 34 56 78`).
"""

import re
import unicodedata
from itertools import pairwise

from service_kit.pii.pattern import Pattern

_SEPARATOR = r"(?: ?\(0\) ?|[ ./-]| [/-] |\) ?|\)[/-]| ?\()"
_BEFORE = r"(?:^|[^\w.,/+#-])"
_AFTER = r"(?:$|[^\w.,:/%-]|[.,:/-](?:$|\W))"

_FORMS = (
    rf"(?:\+|00[2-9]) ?\(?\d(?:{_SEPARATOR}?\d){{6,14}}",  # international
    r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\)[ -]?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}",  # North America
    r"1[ -][2-9]\d\d[ -]\d{3}[ -]\d{4}",
    r"\(?0[1-9]\d{0,4}(?:\) ?|\)[/-]|[ ./-]| [/-] )\d(?:[ .-]?\d){4,8}",  # trunk prefix 0
    r"0[1-9]\d{8,9}",
    r"[4-9]\d\d-\d{3}-\d{3}",  # Poland, Spain
    r"1[3-9]\d[ -]\d{4}[ -]\d{4}",  # China
    r"\([1-9]\d\) ?9?\d{4}[ -]\d{4}|[1-9]\d 9\d{4}-\d{4}",  # Brazil
)

# Words that announce a number, in scripts with spaces between words and without.
_WORDS = (
    r"tel|telephone|telefax|telef[oó]n\w*|telefoon\w*|tlf|phone|cell ?phone|mobile|fax|sms|whatsapp"
    r"|telegram|(?:call|text|ring|reach|phone) (?:me|us)|handy\w*|mobil\w*|rückruf|ruf\w* mich"
    r"|t[ée]l|t[ée]l[ée]phone|portable|appele[rz][ -]moi|m[oó]vil|celular|ll[aá]mame|telem[oó]vel"
    r"|ligue|cellulare|chiamami|ring til|bel me|zadzwoń|dzwoń|komórk\w*|тел|телефон\w*|позвони\w*"
    r"|τηλ\w*|טלפון|هاتف|جوال|موبايل|اتصل|फ़ोन|फोन|मोबाइल"
)
_UNSPACED_WORDS = r"电话|電話|手机|手機|携帯|전화|휴대폰|โทร"
_LINKS = (
    r"number|no|nr|num[eé]ro|n[uú]mero|nummer|numer|telefonu|is|ist|est|es|er|jest|at|on|me|my|us|the"
    r"|unter|an|au|al|på|pod|para|sur|em|en|o|mich|mig|номер|мне|بي|على|رقم|नंबर|पर"
)
_ANNOUNCED = (
    rf"(?:(?:^|[^\pL])(?i:{_WORDS})[ .:,;=#-]{{0,3}}(?:(?i:{_LINKS})[ .:,;=#-]{{1,3}}){{0,3}}"
    rf"|(?:{_UNSPACED_WORDS})[^\d\n+(]{{0,8}})"
    rf"(\(?\d(?:{_SEPARATOR}?\d){{6,14}}){_AFTER}"
)
_SMALL_STEPS = set(range(-5, 6))


def _phone(candidate: str) -> int:
    """Refuse numbers of the right shape that people write for other reasons."""
    number = candidate if candidate.startswith("+") else _evenly_dotted(candidate)
    groups = re.findall(r"\d+", number)
    digits = "".join(groups)
    refused = (
        len(digits) < (9 if number[0] in "+0" else 7)
        or set(digits) <= {"0", "1"}
        or number == "0123456789"
        or _is_series(groups)
        or (_is_round(groups) and not number.startswith(("+", "00")))
        or _is_amount(number, groups)
    )
    return 0 if refused else len(number)


def _evenly_dotted(candidate: str) -> str:
    """Cut what follows a dotted number: 06.39.98.12.34 5 ends before the 5."""
    dotted = re.match(r"\(?\d+\.[\d.]*\d", candidate)
    return dotted.group() if dotted else candidate.partition(".")[0]


def _is_series(groups: list[str]) -> bool:
    """Recognise an enumeration in small steps such as 01 02 03 04 05."""
    steps = {int(b) - int(a) for a, b in pairwise(groups)}
    return len(groups) > 2 and len(steps) == 1 and steps <= _SMALL_STEPS


def _is_round(groups: list[str]) -> bool:
    """Recognise round numbers such as 1000000, and ranges or lists of them such as 500-600-700."""
    if len(groups) == 1:
        return len(groups[0].rstrip("0")) < 4
    return all(group.endswith("0") for group in groups)


def _is_amount(number: str, groups: list[str]) -> bool:
    """Recognise an amount such as +123.456.789."""
    thousands = re.fullmatch(r"\+?\d{1,3}(?:\.\d{3})+", number)
    return thousands is not None and len("".join(groups)) < 10


PHONE = Pattern(
    name="phone",
    marker="[phone]",
    brief="telephone number, international or grouped as a country groups its own",
    expression=f"{_BEFORE}({'|'.join(_FORMS)}){_AFTER}",
    confirm=_phone,
    overlapping=True,
)

ANNOUNCED_PHONE = Pattern(
    name="announced_phone",
    marker="[phone]",
    brief="seven digits or more, in any grouping, after a word such as `tel.` or `call me`",
    expression=unicodedata.normalize("NFKC", _ANNOUNCED),
    confirm=_phone,
    overlapping=True,
)
