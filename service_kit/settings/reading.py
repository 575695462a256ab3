# SPDX-License-Identifier: Apache-2.0
"""From environment variables to a settings struct, or to one clear line for each problem."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from service_kit import flags
from service_kit.flags import Flag
from service_kit.settings import service_links
from service_kit.settings.base import ServiceSettings
from service_kit.settings.values import EXPECTED, OBJECTION, Environment, LogLevel

_OURS: Final = "TELESIFT_"

Kind = TypeVar("Kind", bound=ServiceSettings)


class SettingsError(Exception):
    """The settings do not allow a start; `problems` has one line for each reason.

    A line names variables and says what is expected; it never quotes a value.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(
    kind: type[Kind],
    environ: Mapping[str, str],
    *,
    serving: bool = True,
    known: Collection[str] = (),
) -> Kind:
    """Read a service's settings from the environment; an empty variable counts as unset.

    `serving=False` is for commands that only look or migrate: they need no auth, and the rules
    that hold between settings are not applied. `known` names variables of other services, which
    may be set as well.
    Raises `SettingsError`.
    """
    links = service_links.names(environ)
    environ = {name: text for name, text in environ.items() if name not in links}
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    given = {name: environ[name].strip() for name in fields if environ.get(name, "").strip()}
    problems = list(_unknown(environ, {*fields, *known}))
    values: dict[str, Any] = {}
    defaults = kind.defaults.get(_environment(given), {})
    for name, text in {**defaults, **given}.items():
        try:
            values[fields[name].name] = _convert(fields[name], text)
        except msgspec.ValidationError:
            problems.append(f"{name} must be {expected(fields[name])}")
        else:
            problems += [f"{name} {words}" for words in _objections(fields[name].type, text)]
    settings = kind(**values)
    if serving and not problems:
        problems += [rule.message for rule in kind.rules if rule.is_broken(settings)]
    if problems:
        raise SettingsError(problems)
    return settings


def _unknown(environ: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    for name in sorted(environ):
        if name.startswith(_OURS) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            yield f"{name} is not a setting" + "".join(f"; did you mean {c}?" for c in close)


def _environment(given: Mapping[str, str]) -> Environment:
    """Return the environment whose defaults apply; the strictest where the name is wrong."""
    try:
        return Environment(given.get("ENVIRONMENT", Environment.DEVELOPMENT))
    except ValueError:
        return Environment.PRODUCTION


def _convert(field: FieldInfo, text: str) -> Any:
    kind = _bare(field.type)
    if kind is Flag:
        return _flag(field.encode_name, text)
    if kind is Path:
        return _path(text)
    if kind is LogLevel:
        text = text.lower()  # other programs read the same variable, and write INFO
    is_list = get_origin(kind) is tuple
    raw = list(dict.fromkeys(map(str.strip, text.split(",")))) if is_list else text
    return msgspec.convert(raw, field.type, strict=False)


def _objections(kind: Any, text: str) -> Iterator[str]:
    for meta in getattr(kind, "__metadata__", ()):
        check = (getattr(meta, "extra", None) or {}).get(OBJECTION)
        if check and (words := check(text)):
            yield words
    for part in get_args(kind):
        yield from _objections(part, text)


def _flag(name: str, text: str) -> Flag:
    try:
        return flags.parse(name, text)
    except ValueError:
        raise msgspec.ValidationError from None


def _path(text: str) -> Path:
    """Return a path; a shell has replaced ~, a container's environment has not."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no such account, or one without a home
        raise msgspec.ValidationError from None


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def expected(field: FieldInfo) -> str:
    """Return in a few words what a setting's value looks like."""
    return _words(field.type)


def _words(kind: Any) -> str:
    for meta in getattr(kind, "__metadata__", ()):
        if meta.extra and EXPECTED in meta.extra:
            return str(meta.extra[EXPECTED])
    kind = _bare(kind)
    if get_origin(kind):
        parts = _words(get_args(kind)[0])
        return parts.replace("one of", "any of") if get_origin(kind) is tuple else parts
    return _PLAIN[kind] if kind in _PLAIN else _one_of(kind)


def _one_of(kind: type[StrEnum]) -> str:
    return f"one of {', '.join(kind)}"


_PLAIN: Final = {Flag: "true, false or a percentage such as 25%", Path: "a path"}
