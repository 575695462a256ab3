# SPDX-License-Identifier: Apache-2.0
"""Check digits accept what issuers publish as examples, and nothing that is a digit off."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from service_kit.pii import check_digits as check
from service_kit.pii import find

NUMBERS: list[tuple[Callable[[str], bool], str]] = [
    (check.luhn, "4111111111111111"),
    (check.luhn, "046454286"),
    (check.mod_97, "DE89370400440532013000"),
    (check.mod_11_10, "47503918263"),
    (check.mod_11_10, "94577403055"),
    (check.mod_11_2, "11010519491231002X"),
    (check.verhoeff, "499178221600"),
    (check.cpf, "52998224725"),
    (check.cnpj, "11222333000181"),
    (check.cnpj, "12ABC34501DE35"),
    (check.nir, "269054958815780"),
    (check.dni, "12345678Z"),
    (check.dni, "X1234567L"),
    (check.codice_fiscale, "RSSMRA85T10A562S"),
    (check.curp, "GOMC850214HDFMRR07"),
    (check.rut, "123456785"),
    (check.nric, "S8412345E"),
    (check.taiwan, "A123456789"),
    (check.hetu, "131052308T"),
    (check.pps, "1234567T"),
    (check.belgian, "85073003328"),
    (check.fodselsnummer, "15017631265"),
    (check.tckn, "10000000146"),
    (check.snils, "11223344595"),
    (check.inn, "500100732259"),
    (check.my_number, "123456789018"),
    (check.ean, "7569217076985"),
    (check.BSN, "111222333"),
    (check.PESEL, "44051401359"),
    (partial(check.weighted, range(10, 0, -1), 11, 0), "9434765919"),
]


@pytest.mark.parametrize(("accepts", "number"), NUMBERS, ids=[number for _, number in NUMBERS])
def test_a_published_number_passes(accepts: Callable[[str], bool], number: str) -> None:
    """A number that an issuer gives as an example passes its check."""
    assert accepts(number)


@pytest.mark.parametrize(("accepts", "number"), NUMBERS, ids=[number for _, number in NUMBERS])
def test_a_mistyped_digit_is_noticed(accepts: Callable[[str], bool], number: str) -> None:
    """A digit that is one higher makes the number wrong; the CURP has one that does not count."""
    digits = [place for place, character in enumerate(number) if character.isdigit()]
    wrong = [
        number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        for place in digits
    ]
    assert len([text for text in wrong if accepts(text)]) <= (accepts is check.curp)


def test_social_security_numbers_leave_out_what_is_never_assigned() -> None:
    """The United States have no check digit, but ranges that nobody has."""
    assert check.ssn("123456789")
    assert not any(map(check.ssn, ("000123456", "666123456", "900123456", "123006789")))
    assert not check.ssn("123450000")


def test_a_date_of_birth_is_a_date() -> None:
    """Months and days as countries write them, and no thirtieth of February."""
    assert check.born(0, 2, 4, "850711")
    assert not check.born(0, 2, 4, "850799", days=60)
    assert check.born(0, 2, 4, "850770", days=60)
    assert check.born(0, 2, 4, "032517", months=20)
    assert not check.born(0, 2, 4, "850230")
    assert not check.born(0, 2, 4, "851311")


@pytest.mark.parametrize("length", range(8, 17))
def test_few_bare_numbers_are_taken_for_an_id(length: int) -> None:
    """What has no word before it is taken for an id once in a hundred times at most."""
    numbers = random.Random(length)
    drawn = [str(numbers.randrange(10 ** (length - 1), 10**length)) for _ in range(3000)]
    assert sum(find(f"order {number} arrived") == "national_id" for number in drawn) <= 30
