# SPDX-License-Identifier: Apache-2.0
"""Bank account and card numbers, told from other numbers by check digits or by a word."""

import re

from service_kit.pii.check_digits import luhn, mod_97
from service_kit.pii.pattern import Pattern, words

# Length by country: the registry of SWIFT, release 99 (ISO 13616).
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}

# Issuers' ranges with the lengths they use (ISO/IEC 7812).
_CARD_RANGES = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d|81\d\d)\d{12,15}"  # Discover, UnionPay
    r"|(?:50|5[6-8]|63|67|220)\d{10,17}"  # Maestro, Mir
)


def _card(candidate: str) -> int:
    """Confirm a card number, also one with a security code behind it."""
    digits = re.sub(r"\D", "", candidate)
    for number in (digits, digits[:16]):
        if 13 <= len(number) <= 19 and _CARD_RANGES.fullmatch(number) and luhn(number):
            return len(candidate)
    return 0


def _iban(candidate: str) -> int:
    """Confirm an IBAN of its country's length at the candidate's beginning."""
    length = _IBAN_LENGTHS.get(candidate[:2].upper(), 0)
    compact = re.sub("[ -]", "", candidate).upper()
    if not 0 < length <= len(compact) or not mod_97(compact[:length]):
        return 0
    end = re.match(rf"(?:[ -]?[A-Za-z0-9]){{{length}}}\b", candidate)
    return end.end() if end else 0


IBAN = Pattern(
    name="iban",
    kind="iban",
    brief="International Bank Account Number with valid check digits and its country's length",
    expression=r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,34}",
    confirm=_iban,
    overlapping=True,
)

PAYMENT_CARD = Pattern(
    name="payment_card",
    kind="card",
    brief="payment card number of a known issuer's range with a valid check digit",
    expression=r"(?:^|[^\w.]|[^\d]\.)(\d{4}[ .-]{1,2}\d{4}[ .-]{1,2}\d{4}[ .-]{1,2}\d{4}(?:["
    r" -]\d{3})?"
    r"|\d{4}[ .-]{1,2}\d{6}[ .-]{1,2}\d{4,5}|\d{13,19})\b",
    confirm=_card,
    overlapping=True,
)

_ACCOUNTS = words(
    r"sort ?code|(?:bank |checking |savings |my )?(?:account|acct|a/c)|routing|aba|bsb"
    r"|konto(?:nummer)?|kto"
    r"|blz|bankleitzahl|compte(?: bancaire)?|rib|cuenta(?: bancaria)?|clabe|cbu|conta(?: bancária)?"
    r"|agência|conto(?: corrente)?|rekening|rachun(?:ek|ku)|счёт|счет|счета|бик|hesap|účet|účtu"
    r"|bankkonto|reg\.? ?nr|tili(?:numero)?|rekening|số tài khoản",
    r"口座番号|账号|账户|帳號|계좌번호|계좌|บัญชี",
)
_LINKS = (
    r"(?:number|no|nr|num|num[eé]ro|n[uú]mero|nummer|numaras\x{131}|code|is|ist|est|es|é"
    r"|är|er|to|on)"
)


def _account(candidate: str) -> int:
    """Refuse years, round numbers and dates that merely follow the word."""
    digits = re.sub(r"\D", "", candidate)
    return 0 if len(digits.rstrip("0")) < 4 else len(candidate)


ACCOUNT = Pattern(
    name="announced_account",
    kind="account",
    brief="six digits or more after a word such as `account number`, `sort code`, `Kontonummer`",
    expression=rf"{_ACCOUNTS}[ .:#=]{{0,3}}(?:(?i:{_LINKS})[ .:#=]{{1,3}}){{0,3}}"
    r"(\d{2,6}(?:[ -]\d{2,6}){1,5}|\d{6,18})(?:$|[^\w.,-]|[.,-](?:$|\W))",
    confirm=_account,
)
