# SPDX-License-Identifier: Apache-2.0
"""Secrets of no vendor's shape: passwords and keys that a word announces, and random strings."""

import base64
import re

from service_kit.pii.pattern import LETTER, Pattern, changes, whole, words

_TELLING = re.compile(r"[0-9=]|[a-z][A-Z]|[A-Z]{3}")

# Words of a placeholder, a rule or a description: a value that has one is no secret.
_DESCRIBING = frozenset(
    "your my the a an any some this that here example sample demo placeholder dummy changeme change "
    "todo tbd none null nil true false undefined env var variable string str int value key keys "
    "token tokens secret password passwort pass pwd user username name id required optional empty "
    "missing invalid wrong correct incorrect expired valid hidden redacted masked removed min max "
    "minimum maximum mindestens maximal at least most characters chars char character letters digits "
    "digit numbers length long zeichen ziffern caracteres caractères caratteri tekens znaków bytes bit "
    "bits of first second third last next number two three four five six seven eight nine ten step "
    "part page line version md5 sha sha1 sha2 sha256 sha512 hash hashed bcrypt argon2 argon2id scrypt "
    "pbkdf2 base64 base32 hex utf8 aes aes128 aes256 rsa rsa2048 rsa4096 ed25519 hs256 rs256 es256 "
    "hmac oauth oauth2 oidc saml saml2 2fa mfa totp otp jwt jwe x509 tls ssl ldap sso wpa2 wpa3 wpa "
    "bearer basic digest ntlm cl100k o200k gpt2 gpt3 gpt4 p50k utf 1password keepass2 lastpass".split()
)
_MEASURE = re.compile(
    r"v?\d+(?:[.,:/-]\d+)*(?:st|nd|rd|th|x|k|m|kb|mb|gb|min|h|s|ms|px|%|d|er|e|º|ª|ème)?\W*"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:t[\d:.z+-]*)?|(.)\1*|[\W_]*|x+|xxx.*",
    re.IGNORECASE,
)


def _describes(value: str) -> bool:
    """Tell a placeholder or a description (`YOUR_KEY_HERE`, `second_of_4`, `sha256`) by its words."""
    pieces = re.split(r"[^\w]|_", value.lower())
    stems = (piece.rstrip("0123456789") for piece in pieces)
    said = {*pieces, *(stem for stem in stems if len(stem) > 3)}
    return _MEASURE.fullmatch(value) is not None or not _DESCRIBING.isdisjoint(said)


def _slug(value: str) -> bool:
    """Tell small words and numbers with dashes between them: `top-10-tips`."""
    return bool(re.fullmatch(r"(?:[a-z]{2,}|\d{1,4})(?:[-_.](?:[a-z]{2,}|\d{1,4})){2,}", value))


def _mixed(value: str) -> bool:
    """Tell a password from a word: letters with digits, or with signs that no word has inside."""
    letters = re.search(r"[^\W\d_]", value)
    return bool(letters and (re.search(r"\d", value) or re.search(r"\w[!@#$%^&*+=]\w", value)))


def _password(value: str) -> bool:
    return len(value) > 3 and _mixed(value) and "://" not in value and not _describes(value)


def _key(value: str) -> bool:
    return len(value) > 7 and _password(value) and not _slug(value)


def _long_key(value: str) -> bool:
    return _key(value) and len(value) > 15


def _pin(value: str) -> bool:
    return not re.fullmatch(r"(?:19|20)\d\d|(\d)\1*", value)


def _authorization(value: str) -> bool:
    return bool(_TELLING.search(value)) and not _describes(value)


def _user_and_password(candidate: str) -> bool:
    try:
        return b":" in base64.b64decode(candidate, validate=True)
    except ValueError:
        return False


def _random(value: str) -> bool:
    """Tell a random string by all three kinds of characters, changing all the time."""
    kinds = ("[A-Z]", "[a-z]", "[0-9]")
    return all(len(re.findall(kind, value)) > 2 for kind in kinds) and changes(value) > 0.4


_PASSWORDS = words(
    r"pass(?:word|wd|phrase|code)s?|pwd?|pswd|login|credentials"
    r"|(?:wlan-?|wifi-?|wi-fi-?)?pass?wort|kennwort|losung|zugangscode|wachtwoord|mot de passe|mdp|code d'accès"
    r"|contraseña|contrasena|clave|senha|palavra[- ]passe|codice d'accesso|parola(?: d'ordine)?"
    r"|has(?:ł|l)[oa]|l[öo]senord(?:et)?|adgangskode[nr]?|kodeord(?:et)?|passord(?:et)?|salasana(?:ni)?"
    r"|şifre(?:m|si|niz)?|sifre(?:m|si)?|parola(?:m|sı)?|heslo|jelsz(?:ó|avam)|parol[ăa]|parool|slaptažodis"
    r"|geslo|lozinka|лозинка|парол[ьяею]м?|κωδικ[όο][ςσ]?|הסיסמה|הסיסמא|סיסמה|סיסמא|ססמה"
    r"|كلمة (?:المرور|السر|سر|مرور)|رمز (?:المرور|الدخول)|پسورد|رمز عبور|पासवर्ड|পাসওয়ার্ড|kata ?sandi|sandi"
    r"|mật khẩu|mat khau|password-?(?:em|a|et|en|ul|om)",
    r"パスワード|パスフレーズ|暗証番号|合言葉|密码|密碼|口令|비밀번호|비번|암호|패스워드|รหัสผ่าน",
)
_VERBS = (
    r"is|was|are|has been|will be|becomes|set to|changed to|reset to|ist|lautet|lautete|heißt|heisst|war"
    r"|est|était|c'est|es|era|é|e|è|to|jest|brzmi|är|er|on|je|jsou|byl[oa]?|это|был|теперь|είναι|ήταν"
    r"|היא|הוא|היתה|هي|هو|كانت|है|हैं|था|adalah|ialah|yaitu|là|este|yra"
)
_GIVES = rf"(?: (?i:{_VERBS})[ :]| ?(?:[:=]|=>|->|→)| (?:-|—|as|als|como|come|comme) )"
_UNSPACED_LINKS = r"(?:は|が|是|为|為|叫|就是|은|는|이|가|คือ|を|:|=| ){1,4}"
_QUOTE = r"[\"'`„“”«‘’「『(]?"
_OF_WHAT = (
    r" (?i:for|of|to|from|für|fürs|vom|zum|de|del|du|pour|para|do|da|della|di|voor|van|til|för|do|от|для|к)"
    rf"(?: [{LETTER}-]{{1,14}}){{1,2}}"
)
_ASIDE = rf"(?: [{LETTER}'-]{{1,12}}){{0,5}}?"
_PLAIN = r"[!#-&*-/:=?@0-9A-Z\\^_a-z~\x{C0}-\x{24F}\x{370}-\x{52F}]"
_PLAIN_END = r"[!#-&*+/=?@0-9A-Z\\^_a-z~\x{C0}-\x{24F}\x{370}-\x{52F}-]"

ANNOUNCED_PASSWORD = Pattern(
    name="announced_password",
    kind="password",
    brief="letters with digits or signs after `password`, `password is`, `Passwort lautet`, `密码是`",
    expression=rf"(?:{_PASSWORDS}(?:{_ASIDE}{_GIVES}|{_OF_WHAT} |{_UNSPACED_LINKS}|[ \"'`)]{{1,3}})"
    rf"|(?:\b|_)(?i:pass(?:word|wd)?|pwd|pw)['\"]? ?[:=]) ?{_QUOTE}({_PLAIN}{{3,63}}{_PLAIN_END})",
    confirm=whole(_password),
    overlapping=True,
    unmasked=True,
)

PASSWORD_BEFORE = Pattern(
    name="password_before",
    kind="password",
    brief="letters with digits or signs before `as the password`, `is my password`, `als Passwort`",
    expression=rf"(?:^|[ \"'`„“«(])({_PLAIN}{{3,63}}{_PLAIN_END})[\"'`”“»)]? "
    r"(?i:(?:as|is|was) (?:the|my|our|a|his|her|their)(?: \w{1,10})? (?:password|passphrase|passcode|pwd)"
    r"|(?:als|ist das|ist mein) (?:Passwort|Kennwort)|comme mot de passe|est (?:mon|le) mot de passe"
    r"|(?:como|es mi|es la) (?:contraseña|clave)|(?:como|é a minha) senha|come password|è la mia password"
    r"|als wachtwoord|jako hasło|som lösenord|som adgangskode|в качестве пароля|как пароль)\b",
    confirm=whole(_password),
    overlapping=True,
)

ANNOUNCED_PIN = Pattern(
    name="announced_pin",
    kind="password",
    brief="four to eight digits after `PIN`, `passcode`, `Geheimzahl`, `暗証番号`",
    expression=rf"{words(r'pin(?:[- ]?(?:code|number|nummer))?|passcode|otp|geheimzahl|code pin|código pin|кодом?|пин(?:-?код)?', r'暗証番号|密码|비밀번호')}"
    r"(?: (?i:is|was|ist|lautet|est|es|é|è|to|er|är|это)|は|是|는)?[ :=]{0,3}(\d{4}(?:\d{2}){0,2})(?:$|[^\w.,%/-]|[.,](?:$|\W))",
    confirm=whole(_pin),
    overlapping=True,
)

_KEYS = (
    r"(?:api|access|secret|auth|app|application|private|signing|encryption|master|license|licence|service|consumer|client|shared|storage|account)"
    r"[ _-]?(?:access[ _-]?)?(?:key|secret|token)(?:[ _-]?id)?|secret|(?:(?:access|auth|refresh|session|id|bearer|bot|personal|deploy)[ _-]?)?token"
    r"|apikey|accountkey|sharedaccess(?:key|signature)|credentials?|creds"
    r"|(?:api-?)?schlüssel|geheimnis|clé(?: (?:api|secrète|d'api))?|jeton|(?:clave|llave) (?:de )?(?:api|secreta)|chave(?: (?:de|da) api| secreta)?"
    r"|chiave(?: api| segreta)?|klucz(?: api)?|nyckel|nøgle|avain|anahtar[ıi]?|klíč|ключ|токен|κλειδί|מפתח|المفتاح|مفتاح|رمز|टोकन|कुंजी|kunci|khóa"
)
_SESSIONS = r"(?:session|sess)(?:[ _-]?(?:id|key))?|j?sessionid|phpsessid|(?:connect\.)?sid|csrf\w*"
_UNSPACED_KEYS = r"密钥|密鑰|令牌|秘钥|トークン|キー|鍵|토큰|키|API key"

ASSIGNED_SECRET = Pattern(
    name="assigned_secret",
    kind="token",
    brief="eight letters and digits or more, given by `:`, `=` or `is` to a secret, token or key",
    expression=rf"(?:(?:\b|_|[^\x{{0}}-\x{{7F}}])(?i:{_KEYS})|{_UNSPACED_KEYS})"
    rf"['\"]? ?(?:[:=]|=>|:=|(?i:is|was|ist|lautet|est|es|é|è|to|er|är|это)|は|是|는|은)\s*{_QUOTE}({_PLAIN}{{7,}})"
    rf"|\b(?i:{_SESSIONS})['\"]?\s*[:=]\s*['\"]?({_PLAIN}{{16,}})",
    confirm=whole(_key),
    unmasked=True,
)

NAMED_KEY = Pattern(
    name="named_key",
    kind="token",
    brief="sixteen letters and digits or more right after `API key`, `secret`, `token`",
    expression=rf"(?:(?:\b|_)(?i:{_KEYS})|{_UNSPACED_KEYS})[ \"'`]{{1,3}}([A-Za-z0-9+/_=~.-]{{15,}}[A-Za-z0-9+/_=~-])",
    confirm=whole(_long_key),
)

AWS_SECRET = Pattern(
    name="aws_secret_key",
    kind="token",
    brief="AWS secret access key: forty characters next to a key id, or after `aws`",
    expression=r"(?:\b(?:AKIA|ASIA)[A-Z0-9]{16}|\b(?i:aws\w*))(?:[^A-Za-z0-9\n]{1,4}(?i:secret|access|key|aws|and|is|the|with)){0,5}"
    r"[^A-Za-z0-9+/\n]{1,4}([A-Za-z0-9+/]{40})(?:$|[^A-Za-z0-9+/=])",
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
    r"(?:^|[^\w+/=-])([A-Za-z0-9_+]{28,}={0,2})",
    whole(_random),
)

SECRETS = (
    PRIVATE_KEY,
    JWT,
    AUTHORIZATION,
    BASIC_CREDENTIALS,
    AWS_SECRET,
    ANNOUNCED_PASSWORD,
    PASSWORD_BEFORE,
    ANNOUNCED_PIN,
    ASSIGNED_SECRET,
    NAMED_KEY,
    RANDOM,
)
