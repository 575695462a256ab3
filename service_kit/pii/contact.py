# SPDX-License-Identifier: Apache-2.0
"""E-mail addresses, and URLs that may carry a person's data."""

from service_kit.pii.pattern import Pattern

# Scripts with spaces between words, and some without: there a run of letters is a sentence rather
# than a mailbox. Plain ranges, for \p{...} classes cost thousands of states.
_SPACED = r"0-9A-Za-z_\x{C0}-\x{DFF}\x{10A0}-\x{10FF}\x{1E00}-\x{1FFF}"
_UNSPACED = r"\x{E00}-\x{EFF}\x{3040}-\x{30FF}\x{3400}-\x{9FFF}\x{AC00}-\x{D7AF}"

_AT = r"(?:@| ?[\[({] ?(?i:at) ?[\])}] ?)"
_DOT = r"(?:\.| ?[\[({] ?(?i:dot) ?[\])}] ?)"
_MAILBOX = rf"""(?:[{_SPACED}][{_SPACED}.%+'-]*|"[^"\r\n]+")"""
_ASCII_DOMAIN = rf"(?:[A-Za-z0-9][A-Za-z0-9-]*{_DOT})+(?:xn--[A-Za-z0-9-]+|[A-Za-z]{{2,}})"
_ANY_LABEL = rf"[{_SPACED}{_UNSPACED}-]+"

EMAIL = Pattern(
    name="email",
    marker="[email]",
    brief="e-mail address, also internationalised or with a bracketed `(at)` and `[dot]`",
    expression=rf"{_MAILBOX}{_AT}(?:{_ASCII_DOMAIN}|{_ANY_LABEL}(?:{_DOT}{_ANY_LABEL})+)"
    rf"|[{_UNSPACED}]+@[{_UNSPACED}]{_ANY_LABEL}(?:\.{_ANY_LABEL})+",
)

# Square brackets end a URL (save around an IPv6 host): so does a marker, and redacting the
# parts of a text can never make a URL that was not there.
_END = r"\s<>\"'`\[\]{}|\\^。、」』】"
_LAST = rf"[^{_END}.,:;!?)]"
_SCHEME = r"\b[A-Za-z][A-Za-z0-9+.-]*://"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\])?"

URL_WITH_USERINFO = Pattern(
    name="url_with_userinfo",
    marker="[url]",
    brief="URL with a user name or password before the host",
    expression=rf"{_SCHEME}[^{_END}/?#@]+@{_HOST}(?:[^{_END}]*{_LAST})?",
)

URL_WITH_QUERY = Pattern(
    name="url_with_query",
    marker="[url]",
    brief="URL with a query, or with parameters in its fragment; without a scheme too",
    expression=rf"(?:{_SCHEME}{_HOST}|\bwww\.)[^{_END}?#]*"
    rf"(?:\?(?:[^{_END}]*{_LAST})|#[^{_END}]*=(?:[^{_END}]*{_LAST})?)"
    rf"|\b(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,}}(?::\d+)?(?:/[^{_END}?#]*)?\?[\w.%-]+=(?:[^{_END}]*{_LAST})?",
)
