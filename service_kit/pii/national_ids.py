# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 one row a line: a table is read down its columns
"""National identity numbers: one row a kind, with its shape, its check and the words before it.

A kind whose shape and check leave less than one number in a hundred stands by itself;
the others are taken after one of the words only.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import re2

from service_kit.pii.check_digits import (
    BSN,
    PESEL,
    Check,
    belgian,
    born,
    both,
    cnpj,
    codice_fiscale,
    cpf,
    curp,
    dni,
    ean,
    fodselsnummer,
    hetu,
    inn,
    isikukood,
    luhn,
    mod_11_2,
    mod_11_10,
    my_number,
    nir,
    nric,
    pps,
    rut,
    snils,
    ssn,
    taiwan,
    tckn,
    verhoeff,
    weighted,
)
from service_kit.pii.pattern import Pattern, whole, words


class NationalId(NamedTuple):
    """A country's kind of number.

    shape: as people write it, whole; capitals and digits.
    check: takes the number without separators.
    words: what announces it, alternatives in RE2.
    alone: whether it is taken without a word.
    """

    country: str
    name: str
    shape: str
    check: Check
    words: str
    alone: bool = True


def _anything(_: str) -> bool:
    return True


def _rodne_cislo(digits: str) -> bool:
    """Check a date of birth; women's months have 50 more."""
    return born(0, 2, 4, digits, months=50)


# fmt: off
NATIONAL_IDS = (
    NationalId("US", "SSN", r"\d{3}-\d\d-\d{4}", ssn, r"ssn|social(?: security)?(?: (?:number|no|#))?"),
    NationalId("US", "SSN, otherwise spaced", r"\d{3} ?\d\d ?\d{4}", ssn, r"ssn|social security", alone=False),
    NationalId("US", "ITIN", r"9\d\d[- ]?[5-9]\d[- ]?\d{4}", _anything, r"itin", alone=False),
    NationalId("US", "EIN", r"\d\d-?\d{7}", _anything, r"ein|employer id(?:entification)?", alone=False),
    NationalId("CA", "SIN", r"\d{3}[ -]?\d{3}[ -]?\d{3}", luhn, r"sin|nas|social insurance", alone=False),
    NationalId("GB", "NHS number", r"\d{3}[ -]?\d{3}[ -]?\d{4}", partial(weighted, range(10, 0, -1), 11, 0), r"nhs", alone=False),
    NationalId("GB", "National Insurance number", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]", lambda n: n[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"), r"nino|ni number|national insurance"),
    NationalId("GB", "UTR", r"\d{5} ?\d{5}", _anything, r"utr", alone=False),
    NationalId("IE", "PPS number", r"\d{7}[A-W][A-IW]?", pps, r"pps(?:n)?"),
    NationalId("FR", "NIR", r"[1-478] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", nir, r"nir|insee|(?:numéro de )?sécu(?:rité sociale)?|num[eé]ro de s[eé]cu"),
    NationalId("FR", "numéro fiscal", r"[0-3]\d ?\d\d ?\d{3} ?\d{3} ?\d{3}", _anything, r"num[eé]ro fiscal|spi", alone=False),
    NationalId("DE", "Steuer-ID", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", mod_11_10, r"steuer-?id(?:entifikationsnummer)?|idnr|tin|steuernummer", alone=False),
    NationalId("DE", "Rentenversicherungsnummer", r"\d\d ?\d{6} ?[A-Z] ?\d{3}", lambda n: 0 < int(n[2:4]) < 83 and 0 < int(n[4:6]) < 13, r"rvnr|sozialversicherungsnummer|rentenversicherungsnummer|sv-nummer"),
    NationalId("DE", "Personalausweis", r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?", lambda n: any(map(str.isdigit, n)), r"personalausweis(?:nummer)?|ausweis(?:nummer)?|reisepass(?:nummer)?", alone=False),
    NationalId("AT", "SVNR", r"[1-9]\d{3} ?\d{6}", lambda n: sum(w * int(d) for w, d in zip((3, 7, 9, 0, 5, 8, 4, 2, 1, 6), n, strict=True)) % 11 == int(n[3]), r"svnr|sv-nr|sozialversicherungsnummer|versicherungsnummer", alone=False),
    NationalId("CH", "AHV", r"756\.?\d{4}\.?\d{4}\.?\d\d", ean, r"ahv|avs"),
    NationalId("NL", "BSN", r"\d{9}|\d{4}[. ]\d\d[. ]\d{3}", BSN, r"bsn|burgerservicenummer|sofinummer", alone=False),
    NationalId("BE", "national number", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", belgian, r"rijksregisternummer|registre national|niss|insz"),
    NationalId("BE", "national number, undivided", r"\d{11}", belgian, r"rijksregisternummer|registre national|niss|insz", alone=False),
    NationalId("LU", "matricule", r"(?:19|20)\d{11}", both(luhn, partial(born, 2, 4, 6)), r"matricule"),
    NationalId("ES", "DNI or NIE", r"(?:\d{8}|\d\d\.\d{3}\.\d{3})[ -]?[A-HJ-NP-TV-Z]|[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z]", dni, r"dni|nie|nif"),
    NationalId("PT", "NIF", r"[1-3568]\d{8}|[1-3568]\d\d \d{3} \d{3}", lambda n: weighted(range(9, 0, -1), 11, 0, n) or n[8] == "0", r"nif|contribuinte", alone=False),
    NationalId("IT", "codice fiscale", r"[A-Z]{3} ?[A-Z]{3} ?\d\d[A-EHLMPR-T]\d\d ?[A-Z]\d{3}[A-Z]", codice_fiscale, r"codice fiscale|cf"),
    NationalId("PL", "PESEL", r"\d{11}", PESEL, r"pesel"),
    NationalId("PL", "dowód osobisty", r"[A-Z]{3} ?\d{6}", _anything, r"dow[oó]d(?: osobisty)?|nr dowodu", alone=False),
    NationalId("SE", "personnummer", r"(?:19\d\d|200\d|\d\d)\d{4}[-+]\d{4}", lambda n: luhn(n[-10:]) and born(0, 2, 4, n[-10:], days=60), r"personnummer"),
    NationalId("SE", "personnummer, undivided", r"(?:19|20)?\d{10}", lambda n: luhn(n[-10:]) and born(0, 2, 4, n[-10:], days=60), r"personnummer", alone=False),
    NationalId("DK", "CPR", r"\d{6}-\d{4}", partial(born, 4, 2, 0), r"cpr(?:-?(?:nummer|nr))?|personnummer"),
    NationalId("DK", "CPR, otherwise spaced", r"\d{6} ?\d{4}", partial(born, 4, 2, 0), r"cpr", alone=False),
    NationalId("NO", "fødselsnummer", r"\d{6} ?\d{5}", both(fodselsnummer, partial(born, 4, 2, 0)), r"fødselsnummer|personnummer|fnr"),
    NationalId("FI", "hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", lambda n: hetu(n[:6] + n[-4:]) and born(4, 2, 0, n), r"hetu|henkilötunnus|hetuni"),
    NationalId("IS", "kennitala", r"\d{6}-?\d{4}", both(partial(born, 4, 2, 0), lambda n: sum(w * int(d) for w, d in zip((3, 2, 7, 6, 5, 4, 3, 2, 1), n, strict=False)) % 11 == 0), r"kennitala", alone=False),
    NationalId("EE and LT", "isikukood", r"[1-6]\d{10}", both(isikukood, partial(born, 1, 3, 5)), r"isikukood|asmens kodas", alone=False),
    NationalId("LV", "personas kods", r"\d{6}-\d{5}", _anything, r"personas kods"),
    NationalId("CZ and SK", "rodné číslo", r"\d{6}/\d{4}", both(_rodne_cislo, lambda n: int(n) % 11 == 0), r"rodné číslo|rodne cislo|rč"),
    NationalId("CZ and SK", "rodné číslo, undivided or of before 1954", r"\d{6}/?\d{3,4}", _rodne_cislo, r"rodné číslo|rodne cislo|rč", alone=False),
    NationalId("HU", "TAJ", r"\d{3}[ -]?\d{3}[ -]?\d{3}", lambda n: sum(int(d) * (7 if i % 2 else 3) for i, d in enumerate(n[:8])) % 10 == int(n[8]), r"taj", alone=False),
    NationalId("RO", "CNP", r"[1-8]\d{12}", both(partial(born, 1, 3, 5), lambda n: sum(w * int(d) for w, d in zip((2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), n, strict=False)) % 11 % 10 == int(n[12])), r"cnp"),
    NationalId("BG", "EGN", r"\d{10}", lambda n: sum(w * int(d) for w, d in zip((2, 4, 8, 5, 10, 9, 7, 3, 6), n, strict=False)) % 11 % 10 == int(n[9]), r"егн|egn", alone=False),
    NationalId("GR", "AMKA", r"\d{11}", both(luhn, partial(born, 4, 2, 0)), r"αμκα|amka", alone=False),
    NationalId("HR", "OIB", r"\d{11}", mod_11_10, r"oib", alone=False),
    NationalId("TR", "T.C. kimlik", r"[1-9]\d{10}", tckn, r"(?:tc|t\.c\.)(?: kimlik)?|kimlik|tckn", alone=False),
    NationalId("RU", "SNILS", r"\d{3}-\d{3}-\d{3}[ -]\d\d", snils, r"снилс|snils"),
    NationalId("RU", "SNILS, undivided", r"\d{11}", snils, r"снилс|snils", alone=False),
    NationalId("RU", "INN", r"\d{12}", inn, r"инн|inn", alone=False),
    NationalId("RU", "passport", r"\d\d ?\d\d ?\d{6}", _anything, r"паспорт|серия", alone=False),
    NationalId("UA", "RNOKPP", r"\d{10}", lambda n: sum(w * int(d) for w, d in zip((-1, 5, 7, 9, 4, 6, 10, 5, 7), n, strict=False)) % 11 % 10 == int(n[9]), r"рнокпп|іпн|ипн", alone=False),
    NationalId("KZ", "IIN", r"\d{12}", partial(born, 0, 2, 4), r"иин|жсн", alone=False),
    NationalId("IL", "teudat zehut", r"\d{8,9}|\d{8}-\d", lambda n: sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(n.zfill(9))) % 10 == 0, r"ת\.ז\.?|תעודת זהות|תז|teudat zehut", alone=False),
    NationalId("AE", "Emirates ID", r"784-?(?:19|20)\d\d-?\d{7}-?\d", luhn, r"emirates id|هوية|الهوية"),
    NationalId("SA", "national id", r"[12]\d{9}", luhn, r"هوية|الهوية|رقم الهوية|إقامة|iqama", alone=False),
    NationalId("EG", "national id", r"[23]\d{13}", partial(born, 1, 3, 5), r"الرقم القومي|رقم قومي|بطاقة", alone=False),
    NationalId("ZA", "ID number", r"\d{6} ?\d{4} ?[01][89]\d", both(luhn, partial(born, 0, 2, 4)), r"sa id|rsa id"),
    NationalId("BR", "CPF", r"\d{3}\.\d{3}\.\d{3}-?\d\d|\d{9}-\d\d", cpf, r"cpf"),
    NationalId("BR", "CPF, undivided", r"\d{11}", cpf, r"cpf", alone=False),
    NationalId("BR", "CNPJ", r"[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/[0-9A-Z]{4}-?\d\d|\d{14}", cnpj, r"cnpj"),
    NationalId("BR", "RG", r"\d{1,2}\.\d{3}\.\d{3}-[\dX]", _anything, r"rg|identidade", alone=False),
    NationalId("AR", "CUIT", r"(?:2[03-7]|3[034])-\d{8}-\d", partial(weighted, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11, 0), r"cui[tl]"),
    NationalId("AR", "DNI", r"\d{1,2}\.?\d{3}\.?\d{3}", _anything, r"dni|documento", alone=False),
    NationalId("CL", "RUT", r"\d{1,2}\.\d{3}\.\d{3}-[\dK]|\d{7,8}-[\dK]", rut, r"rut"),
    NationalId("MX", "CURP", r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\d", curp, r"curp"),
    NationalId("MX", "RFC", r"[A-ZÑ&]{4}\d{6}[A-Z0-9]{3}", partial(born, 4, 6, 8), r"rfc"),
    NationalId("CO", "cédula", r"\d{1,3}\.?\d{3}\.?\d{3}(?:\.?\d{3})?", _anything, r"c[eé]dula", alone=False),
    NationalId("IN", "Aadhaar", r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}", verhoeff, r"aadhaa?r|uid|आधार"),
    NationalId("IN", "Aadhaar, undivided", r"[2-9]\d{11}", verhoeff, r"aadhaa?r|uid|आधार", alone=False),
    NationalId("IN", "PAN", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", _anything, r"pan|पैन"),
    NationalId("IN", "voter id", r"[A-Z]{3}\d{7}", _anything, r"voter id|epic", alone=False),
    NationalId("PK", "CNIC", r"\d{5}-\d{7}-\d", _anything, r"cnic"),
    NationalId("BD", "NID", r"\d{10}|\d{13}|\d{17}", _anything, r"nid|এনআইডি", alone=False),
    NationalId("CN", "resident id", r"[1-9]\d{5}(?:19|20)\d{9}[\dX]", both(mod_11_2, partial(born, 8, 10, 12)), r"shenfenzheng"),
    NationalId("TW", "national id", r"[A-Z][1289]\d{8}", taiwan, r"taiwan id"),
    NationalId("HK", "HKID", r"[A-Z]{1,2}\d{6}\([\dA]\)", _anything, r"hkid"),
    NationalId("JP", "My Number", r"\d{4}[ -]?\d{4}[ -]?\d{4}", my_number, r"individual number", alone=False),
    NationalId("KR", "RRN", r"\d{6}-[1-8]\d{6}", partial(born, 0, 2, 4), r"rrn"),
    NationalId("SG", "NRIC", r"[STFGM]\d{7}[A-Z]", nric, r"nric|fin"),
    NationalId("MY", "MyKad", r"\d{6}-\d\d-\d{4}", partial(born, 0, 2, 4), r"mykad|ic|nric|kad pengenalan"),
    NationalId("TH", "national id", r"[1-8]-\d{4}-\d{5}-\d\d-\d|[1-8] \d{4} \d{5} \d\d \d", lambda n: (11 - sum((13 - i) * int(d) for i, d in enumerate(n[:12])) % 11) % 10 == int(n[12]), r"thai id"),
    NationalId("ID", "NIK", r"\d{16}", partial(born, 10, 8, 6, days=40), r"nik|ktp", alone=False),
    NationalId("VN", "CCCD", r"0\d{11}", _anything, r"cccd|căn cước|cmnd", alone=False),
    NationalId("PH", "SSS or PhilSys", r"\d\d-\d{7}-\d|\d{4}-\d{4}-\d{4}(?:-\d{4})?", _anything, r"sss|philsys|umid", alone=False),
    NationalId("AU", "TFN", r"\d{3} ?\d{3} ?\d{3}", partial(weighted, (1, 4, 3, 7, 5, 8, 6, 9, 10), 11, 0), r"tfn|tax file", alone=False),
    NationalId("AU", "Medicare", r"[2-6]\d{3} ?\d{5} ?\d", lambda n: sum(w * int(d) for w, d in zip((1, 3, 7, 9, 1, 3, 7, 9), n, strict=False)) % 10 == int(n[8]), r"medicare", alone=False),
    NationalId("NZ", "IRD", r"\d{2,3}-?\d{3}-?\d{3}", _anything, r"ird", alone=False),
    NationalId("any", "passport", r"[A-Z]{0,3}\d{6,9}[A-Z]?|[A-Z]\d{2}[A-Z]{2}\d{4,5}", _anything, r"passport|pasaporte|passeport|passaporte|passaporto|paspoort|paszport|reisepass|pasaport|паспорт", alone=False),
    NationalId("any", "driving licence", r"[A-Z]{0,5}\d{6,12}[A-Z0-9]{0,5}", _anything, r"driv(?:er'?s|ing) licen[cs]e|führerschein|permis de conduire", alone=False),
)
# fmt: on

_UNSPACED_WORDS = r"身份证|身份證|身分證|护照|護照|マイナンバー|個人番号|パスポート|旅券|주민등록번호|주민번호|여권|บัตรประชาชน"
_LINKS = (
    r"number|no|nr|num[eé]ro|n[uú]mero|nummer|numer|numaram?|code|card|id|#|is|was|ist|lautet|est|es|é|è|to"
    r"|jest|är|er|on|मेरा|नंबर|है|номер|мой|رقم|رقمي|هو|saya|tôi|là|my|:"
)
_GROUPS = r"[A-Za-z0-9]{1,18}(?:[ ./+-][A-Za-z0-9(]{1,12}\)?){0,7}"


_UNCHECKED = [row for row in NATIONAL_IDS if row.check is _anything and not row.alone]
_ALONE = [row for row in NATIONAL_IDS if row.alone]
_CHECKED = [row for row in NATIONAL_IDS if row.alone or row.check is not _anything]


def _any_of(rows: list[NationalId]) -> Callable[[str], bool]:
    """Return a function that tells whether a number is of one of these kinds.

    One automaton of all shapes comes first: most candidates have none.
    """
    any_shape = re2.compile("|".join(row.shape for row in rows))
    checks = [(re.compile(row.shape), row.check) for row in rows]

    def is_one(candidate: str) -> bool:
        if not any_shape.fullmatch(candidate):
            return False
        compact = re.sub(r"[^0-9A-ZÑ&]", "", candidate)
        return any(shape.fullmatch(candidate) and check(compact) for shape, check in checks)

    return is_one


_is_checked = _any_of(_CHECKED)


def _announced(candidate: str) -> int:
    """Confirm the longest run of whole groups that is a number of some country."""
    return next((len(text) for text in _heads(candidate) if _is_checked(text.upper())), 0)


def _heads(candidate: str) -> Iterator[str]:
    ends = [match.end() for match in re.finditer(r"[^ ./+-]+", candidate)]
    return (candidate[:end] for end in reversed(ends) if re.search(r"\d", candidate[:end]))


NATIONAL_ID = Pattern(
    name="national_id",
    kind="id",
    brief="identity number of a country below, by its shape and check digits",
    expression=r"(?:^|[^\w.,/+-]|[A-Za-z][:.]|[^\x{0}-\x{7F}])"
    rf"({'|'.join(row.shape for row in _ALONE)})(?:$|[^\w.,/+-]|[.,-](?:$|\W))",
    confirm=whole(_any_of(_ALONE)),
    overlapping=True,
)

_WORDS = words(
    "|".join(dict.fromkeys(row.words for row in NATIONAL_IDS))
    + r"|(?:national|tax|personal|citizen|resident) (?:id|identity|identification)|tax id|tin|fiscal code",
    _UNSPACED_WORDS,
)
ANNOUNCED_ID = Pattern(
    name="announced_id",
    kind="id",
    brief="identity number of a country below after its name: `SIN`, `BSN`, `Steuer-ID`, `passport`",
    expression=rf"{_WORDS}(?:[ .:#=-]{{0,3}}|は|是|는|은)(?:(?i:{_LINKS})[ .:#=]{{1,3}}){{0,3}}(?i:({_GROUPS}))(?:$|[^\w])",
    confirm=_announced,
    overlapping=True,
)

UNCHECKED_ID = Pattern(
    name="unchecked_id",
    kind="id",
    brief="number without a check digit, of a passport or the like, right after its own name",
    expression="|".join(
        rf"{words(row.words)}[ .:#=-]{{0,3}}(?:(?i:{_LINKS})[ .:#=]{{1,3}}){{0,2}}({row.shape})(?:$|[^\w-])"
        for row in _UNCHECKED
    ),
)
