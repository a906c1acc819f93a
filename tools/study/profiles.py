"""The study's profiles, from profiles.toml: what is measured, in parts, checked as they are read.

A profile `[NAME]` has a `summary` and parts `[[NAME.part]]`, which run in their order. A part has
`name`; `summary`; `stack`; `commits` (releases such as `sgkit/0.4.0`; `newest` is the newest that
is mirrored); `seconds` (for each commit, about, on 2 cores); `attributes` (asv's --attribute); and
what is measured, `[[NAME.part.bench]]`: `of` (classes, module.Class), `metrics`, and values of the
classes' parameters by their names. A parameter that is not named has all of its values.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.common.errors import ConfigError, UsageError
from tools.environments.plan import STACKS
from tools.study import points
from tools.study.points import Point

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("profiles.toml")
_KEYS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "summary": str,
    "stack": str,
    "commits": list,
    "seconds": (int, float),
    "attributes": list,
    "bench": list,
}
_OPTIONAL = {"attributes"}


@dataclass(frozen=True)
class Part:
    """Some points that belong together, and the commits that they are measured on."""

    name: str
    summary: str
    stack: str
    commits: tuple[str, ...]
    seconds: float  # for each commit, on 2 cores, until the run has shown its own pace
    attributes: tuple[str, ...]
    points: tuple[Point, ...]

    @property
    def repeat(self) -> int:
        """How many samples its `attributes` ask for; 0 where asv chooses."""
        texts = dict(one.split("=", 1) for one in self.attributes)
        return int(texts["repeat"]) if texts.get("repeat", "").isdigit() else 0


@dataclass(frozen=True)
class Profile:
    """The parts of one profile, in their order."""

    name: str
    summary: str
    parts: tuple[Part, ...]

    def only(self, names: list[str]) -> Profile:
        """The profile with these parts alone; UsageError for a part that it does not have."""
        known = [part.name for part in self.parts]
        if unknown := [name for name in names if name not in known]:
            raise UsageError(
                f"the profile {self.name} has no part {', '.join(unknown)}",
                hint=f"there are: {', '.join(known)}",
            )
        kept = tuple(part for part in self.parts if not names or part.name in names)
        return Profile(self.name, self.summary, kept)


@functools.cache  # a page asks for them dozens of times, and each time costs 0.3 s
def load(path: Path = FILE) -> Mapping[str, Profile]:
    """All profiles by name; ConfigError with the place of a mistake."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: it says what the study measures") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: not valid TOML: {error}") from None
    return {
        name: _profile(f"{path.name}: [{name}]", name, table) for name, table in tables.items()
    }


def find(name: str, path: Path = FILE) -> Profile:
    """The profile of this name; UsageError with the list for any other."""
    profiles = load(path)
    if name not in profiles:
        raise UsageError(f"there is no profile {name!r}", hint=f"there are: {', '.join(profiles)}")
    return profiles[name]


def _profile(place: str, name: str, table: Any) -> Profile:
    if not isinstance(table, dict) or set(table) != {"summary", "part"}:
        raise ConfigError(f"{place}: expected `summary` and parts [[{name}.part]], nothing else")
    parts = []
    for number, one in enumerate(table["part"], 1):
        called = one.get("name", "without a name") if isinstance(one, dict) else one
        where = f"{place} part {number} ({called})"
        parts.append(_part(where, one))
        if called in [part.name for part in parts[:-1]]:
            raise ConfigError(f"{where}: a second part of this name")
    return Profile(name, str(table["summary"]), tuple(parts))


def _part(place: str, table: Any) -> Part:
    if not isinstance(table, dict):
        raise ConfigError(f"{place}: expected a table")
    if unknown := set(table) - set(_KEYS):
        known = ", ".join(_KEYS)
        raise ConfigError(f"{place}: unknown key {', '.join(sorted(unknown))}; known: {known}")
    for key, kind in _KEYS.items():
        if key not in table and key in _OPTIONAL:
            continue
        if not isinstance(table.get(key), kind) or not table[key]:
            raise ConfigError(f"{place}: {key} = {table.get(key)!r}: {_expected(kind)}")
    if table["stack"] not in STACKS:
        raise ConfigError(
            f"{place}: stack = {table['stack']!r}: expected one of {', '.join(STACKS)}"
        )
    for commit in table["commits"]:
        if not isinstance(commit, str) or commit.count("/") != 1:
            raise ConfigError(
                f"{place}: commits: {commit!r}: expected releases such as sgkit/0.4.0"
            )
    found: dict[str, Point] = {}
    for number, bench in enumerate(table["bench"], 1):
        found |= {point.target: point for point in _points(f"{place} bench {number}", bench)}
    return Part(
        name=table["name"],
        summary=table["summary"],
        stack=table["stack"],
        commits=tuple(table["commits"]),
        seconds=float(table["seconds"]),
        attributes=tuple(map(str, table.get("attributes", ()))),
        points=tuple(found.values()),
    )


def _points(place: str, table: Any) -> list[Point]:
    if not isinstance(table, dict):
        raise ConfigError(f"{place}: expected a table")
    for key in ("of", "metrics"):
        if not isinstance(table.get(key), list) or not table[key]:
            raise ConfigError(f"{place}: {key} = {table.get(key)!r}: {_expected(list)}")
    chosen = {key: value for key, value in table.items() if key not in ("of", "metrics")}
    for key, value in chosen.items():
        if not isinstance(value, list) or not value:
            raise ConfigError(f"{place}: {key} = {value!r}: {_expected(list)}")
    try:
        found = [
            point
            for of in table["of"]
            for metric in table["metrics"]
            for point in points.select(of, metric, chosen)
        ]
        for point in found:
            point.needs()
    except points.UnknownName as error:
        raise ConfigError(f"{place}: {error}") from None
    return found


def _expected(kind: type | tuple[type, ...]) -> str:
    if kind is str:
        return "expected a text"
    return "expected a list of at least one" if kind is list else "expected a number above 0"
