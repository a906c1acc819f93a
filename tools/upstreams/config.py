"""upstreams.toml as checked values: what is tracked, from where, and built how.

The environment variable GWAS_UPSTREAM_<TOOL> (a git URL or local path) overrides `git` on
one machine, and with it `source`: the tool is then followed from that git repository.
"""

from __future__ import annotations

import os
import re
import string
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from tools.common.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SOURCES = ("auto", "git", "index")
BUILDS = ("source", "index")
_TEXTS = ("package", "git", "branch", "source", "build", "first")
_SWITCHES = ("prereleases", "yanked")
_KEYS = (*_TEXTS, "classes", *_SWITCHES)
_PLACEHOLDERS = {"hash", "old", "new", "version", "number"}
OPERATOR = "operator"  # the one table that is no tool's
_TABLES = ("links", "frozen", "dated", "study", "java", "alerts")


@dataclass(frozen=True)
class Upstream:
    """One tracked tool."""

    name: str  # the tool, and its branch in the union mirror
    package: str  # its name in the package index
    git: str  # URL or local path of its history
    branch: str  # the branch that is followed there
    source: str  # one of SOURCES
    build: str  # "source": a wheel a commit; "index": releases only
    first: str  # the oldest release that is tracked
    classes: tuple[str, ...]  # benchmark classes that run on its commits
    prereleases: bool = False  # whether pre-releases are tracked
    yanked: bool = False  # whether releases are tracked that were yanked before we saw them
    links: Mapping[str, str] = field(default_factory=dict)  # URL templates of its web pages
    tables: Mapping[str, Any] = field(default_factory=dict)  # frozen, dated, study, java, alerts


def load(path: Path) -> dict[str, Upstream]:
    """The tracked tools by name, in the file's order. Raises ConfigError with the place."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: it says what is tracked") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    if not data:
        raise ConfigError(f"{path}: no tool is tracked: add a table such as [sgkit]")
    return {name: _upstream(path, name, table) for name, table in data.items() if name != OPERATOR}


def operator(path: Path) -> dict[str, Any]:
    """The table [operator] of a file that `load` takes: who hears of the machine; may be empty."""
    table = tomllib.loads(path.read_text(encoding="utf-8")).get(OPERATOR, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {OPERATOR}: expected a table [{OPERATOR}]")
    return table


def _upstream(path: Path, name: str, table: object) -> Upstream:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {name}: expected a table [{name}]")

    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise ConfigError(f"{path}: [{name}]: expected a name of small letters: it is a branch")

    def fail(key: str, expected: str) -> ConfigError:
        return ConfigError(f"{path}: [{name}] {key} = {table.get(key)!r}: expected {expected}")

    for key in table:
        if key not in (*_KEYS, *_TABLES):
            known = ", ".join((*_KEYS, *_TABLES))
            raise ConfigError(f"{path}: [{name}] {key}: unknown key; known: {known}")
    for key in _TEXTS:
        if not isinstance(table.get(key), str) or not table[key]:
            raise fail(key, "a text")
    if table["source"] not in SOURCES:
        raise fail("source", f"one of {', '.join(SOURCES)}")
    if table["build"] not in BUILDS:
        raise fail("build", f"one of {', '.join(BUILDS)}")
    try:
        Version(table["first"])
    except InvalidVersion:
        raise fail("first", "a version such as 0.3.0") from None
    classes = table.get("classes")
    if not isinstance(classes, list) or not all(isinstance(cls, str) for cls in classes):
        raise fail("classes", 'a list such as ["sgkit", "plink"]')
    for key in _SWITCHES:
        if not isinstance(table.get(key, False), bool):
            raise fail(key, "true or false")
    links = table.get("links", {})
    if not isinstance(links, dict):
        raise fail("links", "a table of URL templates")
    for key, template in links.items():
        _check_template(f"{path}: [{name}.links] {key} = {template!r}", template)
    if not isinstance(table.get("alerts", {}), dict):
        raise ConfigError(f"{path}: [{name}] alerts: expected a table [{name}.alerts]")
    override = os.environ.get(f"GWAS_UPSTREAM_{name.upper().replace('-', '_')}")
    return Upstream(
        name=name,
        package=table["package"],
        git=override or table["git"],
        branch=table["branch"],
        source="git" if override else table["source"],
        build=table["build"],
        first=table["first"],
        classes=tuple(classes),
        prereleases=table.get("prereleases", False),
        yanked=table.get("yanked", False),
        links=links,
        tables={key: table[key] for key in _TABLES[1:] if key in table},
    )


def _check_template(place: str, template: object) -> None:
    expected = f"a URL with any of {', '.join(f'{{{name}}}' for name in sorted(_PLACEHOLDERS))}"
    if not isinstance(template, str):
        raise ConfigError(f"{place}: expected {expected}")
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        used = {""}
    if used - _PLACEHOLDERS:
        raise ConfigError(f"{place}: expected {expected}")
