"""upstreams.toml as checked values: what is tracked, from where, and built how.

The environment variable GWAS_UPSTREAM_<TOOL> (a git URL or local path) overrides `git` on
one machine, and with it `source`: the tool is then followed from that git repository.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tools.common.errors import ConfigError
from tools.upstreams import tables

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SOURCES = ("auto", "git", "index")
BUILDS = ("source", "index")
# benchmark classes of the tools; another tool's class has the name of its table
TOOL_CLASSES = frozenset({"sgkit", "hail", "plink"})
OPERATOR = "operator"  # the one table that is no tool's
_KEYS = {
    **dict.fromkeys(("package", "git", "branch"), tables.TEXT),
    "source": tables.one_of(*SOURCES),
    "build": tables.one_of(*BUILDS),
    "first": replace(tables.VERSION, required=True),
    "prereleases": tables.SWITCH,
    "yanked": tables.SWITCH,
}
_TABLES = {
    "links": tables.LINKS,
    "frozen": tables.FIXED,
    "dated": tables.DATED,
    "study": tables.FIXED,
    "java": tables.JAVA,
    "alerts": tables.ALERTS,
}
_SEVERAL: dict[str, type | tuple[type, ...]] = {
    "java": list,
    **dict.fromkeys(("frozen", "dated", "study"), (dict, list)),
}


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
    if OPERATOR in data:
        tables.check(f"{path}: [{OPERATOR}]", data[OPERATOR], tables.ALERTS)
    tools = {name: table for name, table in data.items() if name != OPERATOR}
    if not tools:
        raise ConfigError(f"{path}: no tool is tracked: add a table such as [sgkit]")
    classes = TOOL_CLASSES | tools.keys()
    return {name: _upstream(path, name, table, classes) for name, table in tools.items()}


def operator(path: Path) -> dict[str, Any]:
    """The table [operator] of a file that `load` takes: who hears of the machine; may be empty."""
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get(OPERATOR, {})
    return table


def _upstream(path: Path, name: str, table: Any, classes: frozenset[str]) -> Upstream:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise ConfigError(f"{path}: [{name}]: expected a name of small letters: it is a branch")
    keys = {**_KEYS, "classes": tables.names_of(classes)}
    for nested in _TABLES:
        keys[nested] = tables.nested(f"{name}.{nested}", _SEVERAL.get(nested, dict))
    tables.check(f"{path}: [{name}]", table, keys)
    for nested in _TABLES.keys() & table.keys():
        tables.check_each(path, f"{name}.{nested}", table[nested], _TABLES[nested])
    override = os.environ.get(f"GWAS_UPSTREAM_{name.upper().replace('-', '_')}")
    return Upstream(
        name=name,
        package=table["package"],
        git=override or table["git"],
        branch=table["branch"],
        source="git" if override else table["source"],
        build=table["build"],
        first=table["first"],
        classes=tuple(table["classes"]),
        prereleases=table.get("prereleases", False),
        yanked=table.get("yanked", False),
        links=table.get("links", {}),
        tables={key: table[key] for key in _TABLES if key in table and key != "links"},
    )
