# SPDX-License-Identifier: Apache-2.0
"""Check digits: whether a number can be what it looks like.

Each function takes a number's letters (capitals) and digits without separators.
A function that serves several countries takes their weights first, by `partial` in the table.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

Check = Callable[[str], bool]

_VERHOEFF_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def luhn(digits: str) -> bool:
    """Check a number's last digit (ISO/IEC 7812-1, annex B)."""
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, odd)) + sum(sum(divmod(2 * int(d), 10)) for d in even)) % 10 == 0


def mod_97(iban: str) -> bool:
    """Check an IBAN's check digits (ISO 7064, MOD 97-10)."""
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def mod_11_10(digits: str) -> bool:
    """Check a Steuer-ID or an OIB (ISO 7064, MOD 11,10)."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def mod_11_2(number: str) -> bool:
    """Check a Chinese resident id (ISO 7064, MOD 11-2), whose last digit may be X."""
    total = 0
    for character in number:
        total = (total * 2 + (10 if character == "X" else int(character))) % 11
    return total == 1


def verhoeff(digits: str) -> bool:
    """Check an Aadhaar number: products in the symmetry group of the pentagon."""
    product = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _VERHOEFF_PERMUTATION[value]
        product = _pentagon(product, value)
    return product == 0


def _pentagon(a: int, b: int) -> int:
    turned, mirrored = a % 5, a >= 5
    turn = (turned - b if mirrored else turned + b) % 5
    return turn + 5 * (mirrored != (b >= 5))


def weighted(weights: Sequence[int], modulus: int, remainder: int, digits: str) -> bool:
    """Check that the digits' weighted sum leaves a remainder; X counts ten."""
    values = (10 if d == "X" else int(d) for d in digits)
    return sum(w * v for w, v in zip(weights, values, strict=True)) % modulus == remainder


def _complement(weights: Sequence[int], digits: str) -> int:
    """Return 11 minus the weighted sum modulo 11, with 0 for more than nine."""
    total = sum(w * int(d) for w, d in zip(weights, digits, strict=False))
    rest = total % 11
    return 0 if rest < 2 else 11 - rest


def cpf(digits: str) -> bool:
    """Check both last digits of a Brazilian CPF."""
    return (
        len(set(digits)) > 1
        and _complement(range(10, 1, -1), digits[:9]) == int(digits[9])
        and _complement(range(11, 1, -1), digits[:10]) == int(digits[10])
    )


def cnpj(number: str) -> bool:
    """Check both last digits of a Brazilian CNPJ; letters count from 17 (July 2026)."""
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    values = [ord(character) - 48 for character in number]
    for end in (12, 13):
        rest = sum(w * v for w, v in zip(weights[13 - end :], values, strict=False)) % 11
        if values[end] != (0 if rest < 2 else 11 - rest):
            return False
    return len(set(number)) > 1


def nir(number: str) -> bool:
    """Check a French NIR: 97 minus the number; Corsica's 2A and 2B count 19 and 18."""
    plain = number[:13].replace("2A", "19").replace("2B", "18")
    return plain.isdigit() and 97 - int(plain) % 97 == int(number[13:])


def ssn(digits: str) -> bool:
    """Check a US social security number by the ranges that are never assigned."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def dni(number: str) -> bool:
    """Check the letter of a Spanish DNI or NIE."""
    plain = str("XYZ".index(number[0])) + number[1:-1] if number[0] in "XYZ" else number[:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(plain) % 23] == number[-1]


_CODICE_ODD = (
    *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18),
    *(20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
)


def codice_fiscale(code: str) -> bool:
    """Check the last letter of an Italian codice fiscale."""
    values = [int(c) if c.isdigit() else ord(c) - 65 for c in code[:15]]
    total = sum(values[1::2]) + sum(_CODICE_ODD[value] for value in values[::2])
    return chr(65 + total % 26) == code[15]


def curp(code: str) -> bool:
    """Check the last digit of a Mexican CURP."""
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum((18 - place) * alphabet.index(c) for place, c in enumerate(code[:17]))
    return (10 - total % 10) % 10 == int(code[17])


def rut(number: str) -> bool:
    """Check the last digit of a Chilean RUT, K for ten."""
    total = sum((2 + place % 6) * int(d) for place, d in enumerate(reversed(number[:-1])))
    return "0123456789K0"[(11 - total % 11) % 11] == number[-1]


def nric(number: str) -> bool:
    """Check the letter of a Singaporean NRIC or FIN."""
    total = sum(w * int(d) for w, d in zip((2, 7, 6, 5, 4, 3, 2), number[1:8], strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}
    return letters.get(number[0], "XWUTRQPNMLK")[total % 11] == number[8]


def taiwan(number: str) -> bool:
    """Check the last digit of a Taiwanese national id: its letter counts two digits."""
    letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    return weighted((1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), 10, 0, f"{letter}{number[1:]}")


def hetu(number: str) -> bool:
    """Check the last character of a Finnish personal identity code."""
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number[:6] + number[6:9]) % 31] == number[9]


def pps(number: str) -> bool:
    """Check the letter of an Irish PPS number."""
    total = sum(w * int(d) for w, d in zip(range(8, 1, -1), number[:7], strict=True))
    total += 9 * (ord(number[8]) - 64) if len(number) == 9 and number[8] != "W" else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == number[7]


def belgian(digits: str) -> bool:
    """Check a Belgian national number, for births before and after 2000."""
    return any(97 - int(century + digits[:9]) % 97 == int(digits[9:]) for century in ("", "2"))


def fodselsnummer(digits: str) -> bool:
    """Check both last digits of a Norwegian fødselsnummer."""
    return weighted((3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), 11, 0, digits) and weighted(
        (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11, 0, digits
    )


def isikukood(digits: str) -> bool:
    """Check the last digit of an Estonian or Lithuanian personal code."""
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)):
        rest = sum(w * int(d) for w, d in zip(weights, digits, strict=False)) % 11
        if rest < 10:
            return rest == int(digits[10])
    return digits[10] == "0"


def tckn(digits: str) -> bool:
    """Check both last digits of a Turkish identity number."""
    values = list(map(int, digits))
    tenth = (7 * sum(values[0:9:2]) - sum(values[1:8:2])) % 10
    return values[9] == tenth and values[10] == sum(values[:10]) % 10


def snils(digits: str) -> bool:
    """Check the last two digits of a Russian SNILS."""
    total = sum(w * int(d) for w, d in zip(range(9, 0, -1), digits, strict=False))
    return total % 101 % 100 == int(digits[9:])


def inn(digits: str) -> bool:
    """Check both last digits of a Russian INN of a person."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    return all(
        sum(w * int(d) for w, d in zip(weights[11 - end :], digits, strict=False)) % 11 % 10
        == int(digits[end])
        for end in (10, 11)
    )


def my_number(digits: str) -> bool:
    """Check the last digit of a Japanese individual number."""
    return _complement((6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), digits[:11]) == int(digits[11])


def ean(digits: str) -> bool:
    """Check a Swiss AHV number like the article number that it is (EAN-13)."""
    return sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits)) % 10 == 0


def born(  # noqa: PLR0913 three places, and what two countries add to them
    year: int, month: int, day: int, number: str, *, months: int = 100, days: int = 100
) -> bool:
    """Check that a number holds a date of birth at these places, two digits each.

    months, days: what countries add to say more, as a modulus. Poland and Bulgaria add 20 to
    the month for each century, Sweden 60 to the day of somebody without a personnummer.
    """
    try:
        date(
            2000 + int(number[year : year + 2]),
            int(number[month : month + 2]) % months,
            int(number[day : day + 2]) % days,
        )
    except ValueError:
        return False
    return True


def both(*checks: Check) -> Check:
    """Return a check that all of them pass."""
    return lambda number: all(check(number) for check in checks)


BSN: Check = partial(weighted, (9, 8, 7, 6, 5, 4, 3, 2, -1), 11, 0)
PESEL: Check = both(
    partial(weighted, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), 10, 0),
    partial(born, 0, 2, 4, months=20),
    lambda digits: digits[2] in "0123",  # born after 1899
)
