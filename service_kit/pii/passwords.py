# SPDX-License-Identifier: Apache-2.0
"""Passwords and PINs, told by the words around them in some thirty languages."""

import re

from service_kit.pii.pattern import LETTER, Pattern, whole, words

# Words of a placeholder, a rule or a description: a value that has one is no secret.
_DESCRIBING = frozenset(
    re.findall(
        r"\w+",
        """
        your my the a an any some this that here example sample demo placeholder dummy changeme
        change todo tbd none null nil true false undefined env var variable string str int value
        key keys token tokens secret password passwort pass pwd user username name id required
        optional empty missing invalid wrong correct incorrect expired valid hidden redacted
        masked removed min max minimum maximum mindestens maximal at least most characters chars
        char character letters digits digit numbers length long zeichen ziffern caracteres
        caractères caratteri tekens znaków bytes bit bits of first second third last next number
        two three four five six seven eight nine ten step part page line version md5 sha sha1
        sha2 sha256 sha512 hash hashed bcrypt argon2 argon2id scrypt pbkdf2 base64 base32 hex
        utf8 aes aes128 aes256 rsa rsa2048 rsa4096 ed25519 hs256 rs256 es256 hmac oauth oauth2
        oidc saml saml2 2fa mfa totp otp jwt jwe x509 tls ssl ldap sso wpa2 wpa3 wpa bearer
        basic digest ntlm cl100k o200k gpt2 gpt3 gpt4 p50k utf 1password keepass2 lastpass
        """,
    )
)
_MEASURE = re.compile(
    r"v?\d+(?:[.,:/-]\d+)*(?:st|nd|rd|th|x|k|m|kb|mb|gb|min|h|s|ms|px|%|d|er|e|º|ª|ème)?\W*"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:t[\d:.z+-]*)?|(.)\1*|[\W_]*|x+|xxx.*",
    re.IGNORECASE,
)


def describes(value: str) -> bool:
    """Return whether a value is a placeholder, a rule or a description, by its words.

    Such as `YOUR_KEY_HERE`, `second_of_4`, `sha256`, `16-character`.
    """
    pieces = re.split(r"[^\w]|_", value.lower())
    stems = (piece.strip("0123456789") for piece in pieces)
    said = {*pieces, *(stem for stem in stems if len(stem) > 3)}
    return _MEASURE.fullmatch(value) is not None or not _DESCRIBING.isdisjoint(said)


def _mixed(value: str) -> bool:
    """Return whether it is no word: letters with digits, or with signs inside."""
    letters = re.search(r"[^\W\d_]", value)
    return bool(letters and (re.search(r"\d", value) or re.search(r"\w[!@#$%^&*+=]\w", value)))


def password(value: str) -> bool:
    """Return whether a value after a telling word is a password."""
    return len(value) > 3 and _mixed(value) and "://" not in value and not describes(value)


def _pin(value: str) -> bool:
    return not re.fullmatch(r"(?:19|20)\d\d|(\d)\1*", value)


_PASSWORDS = words(
    r"pass(?:word|wd|phrase|code)s?|pwd?|pswd|login|credentials|password-?(?:em|a|et|en|ul|om)"
    r"|(?:wlan-?|wi-?fi-?)?pass?wort|kennwort|losung|zugangscode|wachtwoord"
    r"|mot de passe|mdp|code d'accès|contrase[ñn]a|clave|senha|palavra[- ]passe"
    r"|codice d'accesso|parola(?: d'ordine)?|has[łl][oa]|heslo|geslo|lozinka"
    r"|l[öo]senord(?:et)?|adgangskode[nr]?|kodeord(?:et)?|passord(?:et)?|salasana(?:ni)?|parool"
    r"|[şs]ifre(?:m|si|niz)?|parola(?:m|sı)?|jelsz(?:ó|avam)|parol[ăa]|slaptažodis"  # noqa: RUF001 Turkish
    r"|лозинка|парол[ьяею]м?|κωδικ[όο][ςσ]?|הסיסמה|הסיסמא|סיסמה|סיסמא|ססמה"
    r"|كلمة (?:المرور|السر|سر|مرور)|رمز (?:المرور|الدخول)|پسورد|رمز عبور|पासवर्ड|পাসওয়ার্ড"
    r"|kata ?sandi|sandi|mật khẩu|mat khau",
    r"パスワード|パスフレーズ|暗証番号|合言葉|密码|密碼|口令|비밀번호|비번|암호|패스워드|รหัสผ่าน",
)
_VERBS = (
    r"is|was|are|has been|will be|becomes|set to|changed to|reset to|ist|lautete?|heißt|heisst|war"
    r"|est|était|c'est|es|era|é|e|è|to|jest|brzmi|är|er|on|je|jsou|byl[oa]?|это|был|теперь"
    r"|είναι|ήταν|היא|הוא|היתה|هي|هو|كانت|है|हैं|था|adalah|ialah|yaitu|là|este|yra"
)
_GIVES = rf"(?: (?i:{_VERBS})[ :]| ?(?:[:=]|=>|->|→)| (?:-|as|als|como|come|comme) )"
_UNSPACED_LINKS = r"(?:は|が|是|为|為|叫|就是|은|는|이|가|คือ|を|:|=| ){1,4}"
_OF_WHAT = (
    r" (?i:for|of|to|from|für|fürs|vom|zum|de|del|du|pour|para|do|da|della|di|voor|van|til|för"
    rf"|от|для|к)(?: [{LETTER}-]{{1,14}}){{1,2}} "
)
_ASIDE = rf"(?: [{LETTER}'-]{{1,12}}){{0,5}}?"

QUOTE = r"[\"'`\x{201C}\x{201D}\x{201E}\x{2018}\x{2019}«»「『(]?"
_SIGNS = r"0-9A-Z\\^_a-z~\x{C0}-\x{24F}\x{370}-\x{52F}"
PLAIN = rf"[!#-&*-/:=?@{_SIGNS}]"
"""A character of a secret: no quotes, brackets, commas; letters of scripts that are typed blind."""
_PLAIN_END = rf"[!#-&*+/=?@{_SIGNS}-]"
_VALUE = rf"({PLAIN}{{3,63}}{_PLAIN_END})"

ANNOUNCED_PASSWORD = Pattern(
    name="announced_password",
    kind="password",
    brief="letters with digits or signs after `password`, `Passwort lautet`, `密码是`",
    expression=rf"(?:{_PASSWORDS}(?:{_ASIDE}{_GIVES}|{_OF_WHAT}|{_UNSPACED_LINKS}|[ \"'`)]{{1,3}})"
    rf"|(?:\b|_)(?i:pass(?:word|wd)?|pwd|pw)['\"]? ?[:=]) ?{QUOTE}{_VALUE}",
    confirm=whole(password),
    overlapping=True,
    unmasked=True,
)

_AS_ONE = (
    r"as pass(?:word|phrase|code)"
    r"|(?:as|is|was) (?:the|my|our|a|his|her|their)(?: \w{1,10})? pass(?:word|phrase|code)"
    r"|(?:als|ist das|ist mein) (?:passwort|kennwort)|(?:comme|est (?:mon|le)) mot de passe"
    r"|(?:como|es mi|es la) (?:contraseña|clave)|(?:como|é a minha) senha"
    r"|come password|è la mia password|als wachtwoord|jako hasło|som lösenord|som adgangskode"
    r"|в качестве пароля|как пароль"
)
PASSWORD_BEFORE = Pattern(
    name="password_before",
    kind="password",
    brief="letters with digits or signs before `as the password`, `is my password`, `als Passwort`",
    expression=rf"(?:^|[ \"'`„“«(]){_VALUE}[\"'`”“»)]? (?i:{_AS_ONE})(?:$|[^{LETTER}])",
    confirm=whole(password),
    overlapping=True,
)

_PINS = words(
    r"pin(?:[- ]?(?:code|number|nummer))?|passcode|otp|geheimzahl|code pin|código pin"
    r"|пин(?:-?код)?",
    r"暗証番号|密码|비밀번호",
)
_IS = "is|was|ist|lautet|est|es|é|è|to|er|är|это"
ANNOUNCED_PIN = Pattern(
    name="announced_pin",
    kind="password",
    brief="four, six or eight digits after `PIN`, `passcode`, `Geheimzahl`, `暗証番号`",
    expression=rf"(?:{_PINS}(?: (?i:{_IS}) ?[:=]?| ?[:=]|は|是|는)|\bPIN) ?"
    r"(\d{4}(?:\d{2}){0,2})(?:$|[^\w.,%/-]|[.,](?:$|\W))",
    confirm=whole(_pin),
    overlapping=True,
)
