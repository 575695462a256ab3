# SPDX-License-Identifier: Apache-2.0
"""Ways to reach a person in writing: e-mail addresses, also disguised ones, and handles."""

import re

from service_kit.pii.pattern import LETTER, Pattern, whole, words

# Scripts with spaces between words, and some without: there a run of letters is a sentence rather
# than a mailbox. Plain ranges, for \p{...} classes cost thousands of states.
_SPACED = r"0-9A-Za-z_\x{C0}-\x{DFF}\x{10A0}-\x{10FF}\x{1E00}-\x{1FFF}"
_UNSPACED = r"\x{E00}-\x{EFF}\x{3040}-\x{30FF}\x{3400}-\x{9FFF}\x{AC00}-\x{D7AF}"

_AT_WORDS = (
    r"at|ät|aet|arroba|arrobe|arobase|chez|chiocciola|apenstaartje|małpa|malpa|snabel-?a|alfakrøll"
    r"|собака|собачка|kukac|zavináč|zavinac|miukumauku|παπάκι|שטרודל|アット|アットマーク|골뱅이|آت|ऐट"
)
_DOT_WORDS = (
    r"dot|punkt|point|punto|ponto|punt|kropka|точка|крапка|tečka|tecka|bodka|pont|piste|prik|nokta"
    r"|τελεία|נקודה|ドット|점|نقطة|डॉट"
)
_AT = rf"(?:@| ?[\[({{<] ?(?i:{_AT_WORDS}|@) ?[\])}}>] ?)"
_DOT = rf"(?:\.| ?[\[({{<] ?(?i:{_DOT_WORDS}|\.) ?[\])}}>] ?)"
_MAILBOX = rf"""(?:[{_SPACED}][{_SPACED}.%+'-]*|"[^"\r\n]+")"""
_ASCII_DOMAIN = rf"(?:[A-Za-z0-9][A-Za-z0-9-]*{_DOT})+(?:xn--[A-Za-z0-9-]+|[A-Za-z]{{2,}})"
_ANY_LABEL = rf"[{_SPACED}{_UNSPACED}-]+"

_SERVICES = re.compile(r"(?:git|hg|svn|aur)@", re.IGNORECASE)


def _email(candidate: str) -> bool:
    """Refuse the account that everybody shares: `git@host:path` is a remote."""
    return not _SERVICES.match(candidate)


EMAIL = Pattern(
    name="email",
    kind="email",
    brief="e-mail address, also internationalised or with a bracketed `(at)` and `[dot]`",
    expression=rf"{_MAILBOX}{_AT}(?:{_ASCII_DOMAIN}|{_ANY_LABEL}(?:{_DOT}{_ANY_LABEL})+)"
    rf"|[{_UNSPACED}]+@[{_UNSPACED}]{_ANY_LABEL}(?:\.{_ANY_LABEL})+",
    confirm=whole(_email),
)

# What a spelled-out address ends in: prose has "at work dot matrix", but seldom "dot com".
_TOP_LEVEL = (
    r"com|org|net|edu|gov|info|biz|io|dev|app|me|co|ai|eu|xyz|online|site|cloud|tech|uk|us|ca|au"
    r"|nz|ie"
    r"|de|at|ch|li|fr|be|lu|nl|es|pt|it|pl|cz|sk|hu|ro|bg|gr|hr|si|rs|ua|ru|by|kz|se|no|dk|fi|is"
    r"|ee|lv"
    r"|lt|tr|il|sa|ae|eg|ma|in|pk|bd|id|my|sg|vn|th|ph|cn|hk|tw|jp|kr|br|ar|mx|cl|pe|za|ng|ke"
)
_WORD = rf"[{_SPACED}][{_SPACED}+'-]*"
_SAID_DOT = rf"(?: (?i:{_DOT_WORDS}) |{_DOT}| \. )"
_SAID_AT = rf"(?: (?i:{_AT_WORDS}) |{_AT}| @ )"
_PROSE = re.compile(
    r"(?:the|an?|this|that|these|those|it|me|us|you|him|her|them|one|is|are|was|were|be|been|look"
    r"|looked|looking|arrive[sd]?|good|bad|great|best|stay|start|end|work|works|meet|met|stop|here"
    r"|there|all|not|and|or|laugh|aim|live|lunch|dinner|party|buy|sell|sold|shop|order|find|found"
    r"|only|available|posted|read|hosted|working|listed|published|sign(?:ed)?|up|register|log(?:ged)?"
    ")",
    re.IGNORECASE,
)


_BARE_AT = re.compile(r"([^@]*?) at (.*)", re.IGNORECASE)
_PROVIDERS = re.compile(
    r"(?:g(?:oogle)?mail|gmx|yahoo|ymail|hotmail|outlook|live|msn|icloud|me|mac|aol"
    r"|proton(?:mail)?|pm|web"
    r"|mail|fastmail|posteo|mailbox|zoho|yandex|qq|163|126|naver|orange|free|laposte|libero|wanadoo"
    r"|t-online|tutanota|tuta|hey|comcast|btinternet|seznam|onet|wp|interia|o2|ukr"
    r"|rambler)\.[a-z.]+",
    re.IGNORECASE,
)


def _spelled(candidate: str) -> bool:
    """Refuse prose: `hosted at example.com`, `look at that dot com`, `at this point it`."""
    if _SERVICES.match(candidate):
        return False
    said = _BARE_AT.fullmatch(candidate)
    if not said:
        return not re.match(r"(?:est|suis|vais|va|vas|le|la|les) chez ", candidate, re.IGNORECASE)
    mailbox, host = said.groups()
    if re.search(r" (?:dot|punkt) |[\[({<]| \. ", host, re.IGNORECASE):
        return not _PROSE.fullmatch(re.split(r"\W+", mailbox)[-1])
    return " " not in host and bool(_PROVIDERS.fullmatch(host) or re.search(r"[._\d]", mailbox))


SPELLED_EMAIL = Pattern(
    name="spelled_email",
    kind="email",
    brief="e-mail address spelled out, `ana at example dot com`, in twenty languages, or spaced"
    " out",
    expression=rf"(?:^|[^{_SPACED}.])({_WORD}(?:{_SAID_DOT}{_WORD}){{0,3}}{_SAID_AT}"
    rf"(?:{_WORD}{_SAID_DOT}){{1,4}}(?i:{_TOP_LEVEL}))(?:$|[^{_SPACED}-])",
    confirm=whole(_spelled),
)

_NETWORKS = words(
    r"twitter|tweet|insta(?:gram)?|tiktok|telegram|threads|mastodon|bluesky|snap(?:chat)?|discord"
    r"|youtube|facebook|linkedin|twitch|handle|username|(?:follow|dm) me|dm|profil|profile"
    r"|perfil|ник|аккаунт"
)
HANDLE = Pattern(
    name="announced_handle",
    kind="handle",
    brief="name with an `@` after the name of a social network, or after `follow`, `handle`, `DM`",
    expression=rf"{_NETWORKS}(?:[ :,(]{{1,2}}[{LETTER}]{{1,8}}){{0,2}}["
    rf" :,(]{{1,3}}(@\w[\w.]{{1,28}}\w)",
)
