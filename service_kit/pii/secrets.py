# SPDX-License-Identifier: Apache-2.0
"""Secrets of no vendor's shape: announced keys, headers, private keys, random strings."""

import base64
import re

from service_kit.pii.passwords import PLAIN, QUOTE, describes, password
from service_kit.pii.pattern import Pattern, changes, whole, words

_TELLING = re.compile(r"[0-9=]|[a-z][A-Z]|[A-Z]{3}")


def _slug(value: str) -> bool:
    """Return whether it is small words and numbers with dashes between: `top-10-tips`."""
    return bool(re.fullmatch(r"(?:[a-z]{2,}|\d{1,4})(?:[-_.](?:[a-z]{2,}|\d{1,4})){2,}", value))


def _key(value: str) -> bool:
    return len(value) > 7 and password(value) and not _slug(value)


def _long_key(value: str) -> bool:
    return len(value) > 15 and (_key(value) or (value.isalnum() and changes(value) > 0.4))


def _authorization(value: str) -> bool:
    return bool(_TELLING.search(value)) and not describes(value)


def _user_and_password(candidate: str) -> bool:
    try:
        return b":" in base64.b64decode(candidate, validate=True)
    except ValueError:
        return False


def _random(value: str) -> bool:
    """Return whether it is random: all three kinds of characters, changing all the time."""
    kinds = ("[A-Z]", "[a-z]", "[0-9]")
    return all(len(re.findall(kind, value)) > 2 for kind in kinds) and changes(value) > 0.4


_KEYS = words(
    r"(?:api|access|secret|auth|app|application|private|signing|encryption|master|licen[cs]e"
    r"|service|consumer|client|shared|storage|account)[ _-]?(?:access[ _-]?)?(?:key|secret|token)"
    r"(?:[ _-]?id)?|apikey|accountkey|sharedaccess(?:key|signature)|credentials?|creds|secret"
    r"|(?:(?:access|auth|refresh|session|id|bearer|bot|personal|deploy)[ _-]?)?token"
    r"|(?:api-?)?schlüssel|geheimnis|clé(?: (?:api|secrète|d'api))?|jeton"
    r"|(?:clave|llave) (?:de )?(?:api|secreta)|chave(?: (?:de|da) api| secreta)?"
    r"|chiave(?: api| segreta)?|klucz(?: api)?|nyckel|nøgle|avain|anahtar[ıi]?|klíč"  # noqa: RUF001 Turkish
    r"|ключ|токен|κλειδί|מפתח|المفتاح|مفتاح|رمز|टोकन|कुंजी|kunci|khóa",
    r"密钥|密鑰|令牌|秘钥|トークン|キー|鍵|토큰|키|API key",
)
_SESSIONS = r"(?:session|sess)(?:[ _-]?(?:id|key))?|j?sessionid|phpsessid|(?:connect\.)?sid|csrf\w*"
_GIVES = r"(?:[:=]|=>|(?i:is|was|ist|lautet|est|es|é|è|to|er|är|это)\s|は|是|는|은)"

ASSIGNED_SECRET = Pattern(
    name="assigned_secret",
    kind="token",
    brief="eight letters and digits or more, given by `:`, `=` or `is` to a secret, token or key",
    expression=rf"{_KEYS}['\"]? ?{_GIVES}\s*{QUOTE}({PLAIN}{{7,}})"
    rf"|\b(?i:{_SESSIONS})['\"]?\s*[:=]\s*['\"]?({PLAIN}{{16,}})",
    confirm=whole(_key),
    unmasked=True,
)

NAMED_KEY = Pattern(
    name="named_key",
    kind="token",
    brief="sixteen letters and digits or more right after `API key`, `secret`, `token`",
    expression=rf"{_KEYS}[ \"'`]{{1,3}}([A-Za-z0-9+/_=~.-]{{15,}}[A-Za-z0-9+/_=~-])",
    confirm=whole(_long_key),
)

_BESIDE = r"(?:[^A-Za-z0-9\n]{1,4}(?i:secret|access|key|aws|and|is|the|with)){0,5}"
AWS_SECRET = Pattern(
    name="aws_secret_key",
    kind="token",
    brief="AWS secret access key: forty characters next to a key id, or after `aws`",
    expression=rf"(?:\b(?:AKIA|ASIA)[A-Z0-9]{{16}}|\b(?i:aws\w*)){_BESIDE}"
    r"[^A-Za-z0-9\n]{1,5}([A-Za-z0-9+/]{40})(?:$|[^A-Za-z0-9+/=])",
    confirm=whole(lambda value: changes(value) > 0.3),
)

PRIVATE_KEY = Pattern(
    "private_key",
    "token",
    "PEM or PGP private key, from its header to its end or as far as it looks like one",
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s]*"
    r"(?:-----END [A-Z0-9 ]*-----)?|\bPuTTY-User-Key-File-\d:[A-Za-z0-9+/=\s:-]*"
    r"|\bb3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\s]*",
)

JWT = Pattern(
    "jwt",
    "token",
    "JSON Web Token, signed or encrypted",
    r"\beyJ[\w-]{8,}(?:\.{1,2}[\w-]{4,})+",
)

AUTHORIZATION = Pattern(
    "authorization",
    "token",
    "credentials after `Bearer` or in an `Authorization` header",
    r"\b(?i:authorization['\"]?\s*[:=]\s*['\"]?(?:[a-z][a-z0-9-]*\s+)?)([\w.~+/-]{8,}={0,2})"
    r"|\b(?i:bearer)\s+([\w.~+/-]{16,}={0,2})",
    whole(_authorization),
    unmasked=True,
)

BASIC_CREDENTIALS = Pattern(
    "basic_credentials",
    "token",
    "base64 of `user:password` after `Basic`",
    r"\b(?i:basic)\s+([A-Za-z0-9+/]{8,}={0,2})",
    whole(_user_and_password),
)

RANDOM = Pattern(
    "random_string",
    "token",
    "28 letters and digits or more, capital and small, without the rhythm of words",
    r"(?:^|[^\w+/=-])([A-Za-z0-9+]{28,}={0,2})",
    whole(_random),
)

SECRETS = (
    PRIVATE_KEY,
    JWT,
    AUTHORIZATION,
    BASIC_CREDENTIALS,
    AWS_SECRET,
    ASSIGNED_SECRET,
    NAMED_KEY,
    RANDOM,
)
