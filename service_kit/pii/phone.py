# SPDX-License-Identifier: Apache-2.0
"""Telephone numbers, told from dates, ranges, amounts and identifiers.

A number counts when it is international (`+49 30 ...`), when it is grouped as some country groups
its telephone numbers, or when a word announces it (`tel. 12 34 56 78`).
"""

import re
from itertools import pairwise

from service_kit.pii.pattern import Pattern, words

_SEPARATOR = r"(?: ?\(0\) ?|[ ./-]| [/-] |\) ?|\)[/-]| ?\()"
_BEFORE = r"(?:^|[^\w.,/+#-])"
_AFTER = r"(?:$|[^\w.,:/%-]|[.,:/-](?:$|\W))"

_FORMS = (
    rf"(?:\+|00[2-9]) ?\(?\d(?:{_SEPARATOR}?\d){{6,14}}",  # international
    r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\)[ -]?|[2-9]\d\d[./-])\d{3}[ .-]\d{4}",  # North America
    r"1[ -][2-9]\d\d[ -]\d{3}[ -]\d{4}",
    r"\(?0[1-9]\d{0,4}(?:\) ?|\)[/-]|[ ./-]| [/-] )\d(?:[ .-]?\d){4,8}",  # trunk prefix 0
    r"0[1-9]\d{8,9}",
    r"[4-9]\d\d-\d{3}-\d{3}",  # Poland, Spain
    r"8[ -]?\(?9\d\d\)?[ -]?\d{3}[ -]\d\d[ -]\d\d",  # Russia
    r"1[3-9]\d[ -]\d{4}[ -]\d{4}",  # China
    r"\([1-9]\d\) ?9?\d{4}[ -]\d{4}|[1-9]\d 9\d{4}-\d{4}",  # Brazil
    r"[6-9]\d{4} \d{5}",  # India
)

# Words that announce a number, in scripts with spaces between words and without.
_TAIL = r"[a-z\x{DF}-\x{5FF}]*"
_WORDS = "|".join(
    (
        r"tel|telephone|phone|cell|fax|sms|whatsapp|signal|telegram",
        r"(?:call|text|ring|reach|phone) (?:me|us)|my (?:new )?(?:cell|mobile|number)",
        r"telefax|handynummer|rückruf|ruf(?:en|t)?(?: sie)? mich|meine nummer",  # German
        r"tél|téléphone|appele[rz][ -](?:moi|le)|mon (?:numéro|portable)",  # French
        rf"tel[eé]f[oó]n{_TAIL}|celular|ll[aá]mame|mi n[uú]mero|zap",  # Spanish, and others
        r"telem[oó]vel|lig(?:ue|a)(?: para)?|meu n[uú]mero|cellulare|chiamami|mio numero",
        rf"tlf|ring til|ring|telefoon|bel|mijn nummer|mobil{_TAIL}|mitt nummer|mit nummer|puh",
        rf"zadzwoń|dzwoń|komórk{_TAIL}|mój numer|telefonu?m|numaram|ara beni|zavolej|hívj",
        rf"тел|телефон{_TAIL}|звони{_TAIL}|позвони{_TAIL}|мой номер|τηλ{_TAIL}|αριθμός μου",
        r"טלפון|הטלפון|נייד|هاتف|هاتفي|جوال|جوالي|موبايل|اتصل|رقمي",  # Hebrew, Arabic
        rf"kontakt{_TAIL}|contacto|contato|contact (?:no|number)",
        r"फ़ोन|फोन|मोबाइल|hubungi|telp|hp|gọi|điện thoại|số (?:của )?tôi",
    )
)
_ADJECTIVES = r"mobile|m[oó]vil|handy|portable|cell ?phone|phone|cell|cel"
_VERBS = (
    r"(?:call|text|ring|reach|phone) (?:me|us)|ruf(?:en|t)?(?: sie)? mich an|ll[aá]mame|chiamami"
    r"|zadzwoń|dzwoń|ring til|bel(?: me)?|ring|appele[rz][ -]moi|позвони|звони"
)
_UNSPACED_WORDS = r"电话|電話|手机|手機|携帯|전화|휴대폰|โทร"
_LINKS = (
    r"number|no|nr|num[eé]ro|n[uú]mero|nummer|numer|telefonu|is|ist|est|es|er|é|è|jest|at|on|me"
    r"|my|us"
    r"|the|unter|an|au|al|på|pod|para|sur|em|en|o|op|mich|mig|le|номер|мне|мой|بي|على|رقم|नंबर|पर"
)
_LINK = rf"(?:(?i:{_LINKS})[ .:,;=#-]{{1,3}})"
_BETWEEN = rf"(?: ?[.:,;=#-][ .:,;=#-]{{0,2}}{_LINK}{{0,3}}| {{1,2}}{_LINK}{{1,3}})"
_NUMBER = rf"\(?\d(?:{_SEPARATOR}?\d){{6,14}}"
# "móvil 3456789 descargas": what a mere word announces has separators, or nine digits.
_LONG_NUMBER = rf"\(?\d(?:\d{{8,14}}|\d{{1,5}}(?:{_SEPARATOR}\d{{2,5}}){{1,6}})"
_UNSPACED_LINKS = r"(?:号码|號碼|番号|번호|号|是|为|為|は|는|은|로|:| |-|我的|的){0,4}"
_ANNOUNCED = (
    rf"(?:(?:{words(_WORDS)}{_BETWEEN}|{words(_VERBS)} {{1,2}})"
    rf"|(?:{_UNSPACED_WORDS}){_UNSPACED_LINKS})({_NUMBER}){_AFTER}"
    rf"|नंबर[ :-]{{1,3}}([6-9]\d{{9}}){_AFTER}"
    rf"|{words(f'{_WORDS}|{_ADJECTIVES}')}(?:{_BETWEEN}| ?)({_LONG_NUMBER}){_AFTER}"
)
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{0,4}")
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
        or re.fullmatch(r"\+? ?\d+\.\d+", number) is not None  # a decimal
        or _DATE.fullmatch(number) is not None
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
    """Recognise 1000000, and ranges or lists such as 500-600-700 or 256-512-1024."""
    if len(groups) == 1:
        return len(groups[0].rstrip("0")) < 4
    tens = all(group.endswith("0") for group in groups)
    return tens or all(int(group).bit_count() == 1 for group in groups)


def _is_amount(number: str, groups: list[str]) -> bool:
    """Recognise an amount such as +123.456.789."""
    thousands = re.fullmatch(r"\+?\d{1,3}(?:\.\d{3})+", number)
    return thousands is not None and len("".join(groups)) < 10


PHONE = Pattern(
    name="phone",
    kind="phone",
    brief="telephone number, international or grouped as a country groups its own",
    expression=f"{_BEFORE}({'|'.join(_FORMS)}){_AFTER}",
    confirm=_phone,
    overlapping=True,
    grouped=True,
)

ANNOUNCED_PHONE = Pattern(
    name="announced_phone",
    kind="phone",
    brief="seven digits or more, in any grouping, after a word such as `tel.` or `call me`",
    expression=_ANNOUNCED,
    confirm=_phone,
    overlapping=True,
    grouped=True,
)
