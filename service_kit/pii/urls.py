# SPDX-License-Identifier: Apache-2.0
"""URLs that may carry a person's data or a secret: before the host, in the path, in the query."""

import re

from service_kit.pii.pattern import Pattern, changes, whole

# Square brackets end a URL (save around an IPv6 host): so does a marker, and redacting the
# parts of a text can never make a URL that was not there.
_END = r"\s<>\"'`\[\]{}|\\^。、」』】"
_LAST = rf"[^{_END}.,:;!?)]"
_SCHEME = r"\b[A-Za-z][A-Za-z0-9+.-]*://"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\])?"

URL_WITH_USERINFO = Pattern(
    name="url_with_userinfo",
    kind="url",
    brief="URL with a user name or password before the host",
    expression=rf"{_SCHEME}[^{_END}/?#@]+@{_HOST}(?:[^{_END}]*{_LAST})?",
    confirm=whole(lambda url: not re.match(r"[a-z+]+://(?:git|hg|svn)@", url)),
)

# Which part of a public page, in which form: nobody's data, as long as the value is short.
_PUBLIC_QUERY = re.compile(
    r"(?:(?:v|t|p|page|list|index|start|size|limit|offset|lang|hl|gl|locale|tab|sort|order|dir|view"
    r"|version|ver|format|theme|mode|type|w|h|width|height|dpr|raw|plain|dl|diff|ref_type|tags?"
    r"|issues?"
    r"|is|state|branch|style|label|logo|color|svg|utm_[a-z]+)=[\w.,:+-]{0,24}(?:&|$))+"
)


def _query(url: str) -> bool:
    """Refuse a query that says nothing of a person, such as `?page=2` or `watch?v=...`."""
    return not _PUBLIC_QUERY.fullmatch(url.partition("?")[2])


URL_WITH_QUERY = Pattern(
    name="url_with_query",
    kind="url",
    brief="URL with a query other than `?page=2` and the like, or with parameters in its fragment",
    expression=rf"(?:{_SCHEME}{_HOST}|\bwww\.)[^{_END}?#]*"
    rf"(?:\?(?:[^{_END}]*{_LAST})|#[^{_END}]*=(?:[^{_END}]*{_LAST})?)"
    rf"|\b(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,}}(?::\d+)?(?:/[^{_END}?#]*)?\?[\w.%-]+=(?:[^{_END}]*{_LAST})?",
    confirm=whole(_query),
)

# What comes after such a word in a path lets in whoever has it.
_TELLING = (
    r"invit(?:e|es|ation|ations)|join|joinchat|resets?|passwords?|recover|recovery|forgot|login"
    r"|signin"
    r"|magic(?:-?links?)?|sign-in|auth|sso|oauth|verify|verification|confirm|confirmation|activate"
    r"|activation|unsubscribe|optout|opt-out|tokens?|keys?|secrets?|shared?|s|sh|d|p|l|hooks?"
    r"|webhooks?"
    r"|services|workflows|triggers|incoming|bot|sessions?|downloads?|private|preview|access|accept"
    r"|claim|redeem|gift|pay|checkout|ical|calendar|guest|temp|tmp|o|surveys?|unlock|enroll"
)
_SEGMENT = rf"[^{_END}/?#]"


def _secret_path(path: str) -> bool:
    """Confirm a path with a part that no person chose: long, with digits all over it."""
    return any(_random(part) for part in re.split(r"[/=.:@]", path))


def _random(part: str) -> bool:
    bare = re.sub("[^A-Za-z0-9]", "", part)
    return len(bare) >= 16 and any(map(str.isdigit, bare)) and changes(bare) > 0.2


SECRET_PATH = Pattern(
    name="secret_path",
    kind="token",
    brief="random part of a URL's path after a word such as `invite`, `reset`, `hooks`, `share`",
    expression=rf"(?:{_SCHEME}|\bwww\.|\b[a-z0-9-]+\.[a-z]{{2,}}/)(?:[^{_END}?#]*/)?"
    rf"(?:(?:[\w-]*[-_])?(?i:{_TELLING})(?:[-_][\w-]{{1,20}})?)"
    rf"/((?:{_SEGMENT}+/)*{_SEGMENT}*{_LAST})",
    confirm=whole(_secret_path),
)
