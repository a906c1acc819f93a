"""upstreams.toml: which tools are tracked, from where, and with which packages.

Each class below is a table of the file, and each of its fields a key.

The environment variable GWAS_UPSTREAM_<TOOL> (a git URL or local path) overrides `git` on
one machine, and with it `source`: the tool is then followed from that git repository.
"""

import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pydantic import AfterValidator, BeforeValidator, Field

from benchmarks._harness import registry
from tools.common import configuration, foreign_text
from tools.common.configuration import Expected, Items, Model
from tools.common.errors import ConfigError

OPERATOR = "operator"  # the table that is not about a tool


def _text(parse: Callable[[str], object], expected: str) -> AfterValidator:
    """Accept a text unless `parse` raises ValueError, or returns None or False."""

    def check(text: str) -> str:
        try:
            if parse(text) not in (None, False):
                return text
        except ValueError:
            pass
        raise Expected(expected)

    return AfterValidator(check)


def _key(*names: str) -> AfterValidator:
    return _text(frozenset(names).__contains__, f"one of {', '.join(names)}")


def _is_template(text: str) -> bool:
    plain = re.sub(r"\{(hash|old|new|version|number)\}", "", text)
    return not set(plain) & set("{}") and text.startswith(("http://", "https://"))


def _filled(links: dict[str, str]) -> dict[str, str]:
    for name, text in links.items():
        if not set(re.findall(r"\{(\w+)\}", text)) <= _FIELDS[name]:
            raise Expected(f"{name} with no other field than {', '.join(sorted(_FIELDS[name]))}")
    return links


def _is_date(day: datetime.date) -> datetime.date:
    if datetime.date(2000, 1, 1) <= day < datetime.date(3000, 1, 1):
        return day
    raise Expected("a date from 2000 on such as 2024-07-01")


def _as_list(value: Any) -> Any:
    """A single table [x] is read as a list of one [[x]]."""
    return [value] if isinstance(value, dict) else value


_TOOL = re.compile("[a-z][a-z0-9_-]{0,49}").fullmatch
_NAME = re.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?").fullmatch
# no option, and no `ext::` or other helper of git that runs a command
_ADDRESS = re.compile(r"(?![-\s]|[A-Za-z0-9+.-]+::)[^\x00-\x1f\x7f]+").fullmatch
_BRANCH = re.compile(r"(?!.*(\.\.|//|/\.|\.lock(/|$)|[./]$))\w[\w./+@#=,%-]{0,199}").fullmatch
_PYTHON = re.compile(r"3\.\d+").fullmatch
_FIELDS = {"commit": {"hash"}, "compare": {"old", "new"}, "release": {"version"},
           "pull_request": {"number"}}  # fmt: skip
_URL = "a URL or a path of a git repository (https, ssh, git or file)"
_LINK = "a URL (http or https) with any of {hash}, {old}, {new}, {version}, {number}"

ToolName = Annotated[str, _text(_TOOL, "a name of small letters, 50 at most: it is a branch")]
ProjectName = Annotated[str, _text(_NAME, "the name of a package in the index")]
Address = Annotated[str, _text(_ADDRESS, _URL)]
BranchName = Annotated[str, _text(_BRANCH, "the name of a branch such as main")]
Release = Annotated[str, _text(Version, "a version such as 0.3.0")]
Releases = Annotated[str, _text(SpecifierSet, 'releases such as ">=1.0,<2"')]
Package = Annotated[str, _text(Requirement, 'a requirement such as "numpy==1.26.4"')]
Python = Annotated[str, _text(_PYTHON, 'a minor version such as "3.11"')]
LinkName = Annotated[str, _key(*_FIELDS)]
Link = Annotated[str, _text(_is_template, _LINK)]
ChannelName = Annotated[str, _key("mail", "webhook", "github")]
# A channel checks its own entry: one that is wrong does not stop the others.
Alerts = dict[ChannelName, Any]


class Packages(Model):
    """What is installed beside the tool, for the releases that it covers."""

    releases: Releases = ""  # all by default
    requirements: Items[Package] = ()
    constraints: Items[Package] = ()
    without_dependencies: Items[Package] = ()


class FixedPackages(Packages):
    """One set of packages, as of one date, on one Python."""

    requirements: Items[Package]
    python: Python
    exclude_newer: Annotated[datetime.date, AfterValidator(_is_date)]
    own_requirements: bool = False  # whether what the tool itself requires is resolved too


class JavaRule(Model):
    """The Java of the releases from `since` to `until`, both included."""

    package: Package
    since: Release | None = None
    until: Release | None = None
    shim: bool = False  # whether Hail must be told that this is Java 11


class Upstream(Model):
    """One tracked tool. `classes` has the programs of the machine too: they run everywhere."""

    name: str = Field("", exclude=True)  # the tool, and its branch in the union mirror
    package: ProjectName  # its name in the package index
    git: Address  # URL or local path of its history
    branch: BranchName  # the branch that is followed there
    source: Literal["auto", "git", "index"]
    build: Literal["source", "index"]  # "source": a wheel a commit; "index": releases only
    first: Release  # the oldest release that is tracked
    classes: Items[str]  # benchmark classes that its commits can change
    prereleases: bool = False  # whether pre-releases are tracked
    yanked: bool = False  # whether releases are tracked that were yanked before we saw them
    links: Annotated[dict[LinkName, Link], AfterValidator(_filled)] = Field(
        {}
    )  # URL templates of its web pages
    frozen: Annotated[Items[FixedPackages], BeforeValidator(_as_list)] = ()
    dated: Annotated[Items[Packages], BeforeValidator(_as_list)] = ()
    study: Annotated[Items[FixedPackages], BeforeValidator(_as_list)] = ()
    java: Items[JavaRule] = ()
    alerts: Alerts = Field({})  # who is notified

    @property
    def address(self) -> str:
        """`git` for people to read: without the user and the token of a URL."""
        return foreign_text.line(self.git, 200)


class File(Model, extra="allow"):
    """The whole file: a table a tool, and [operator], who is notified about the machine."""

    __pydantic_extra__: dict[ToolName, Upstream] = Field(init=False)
    operator: Alerts = Field({})


def load(path: Path) -> dict[str, Upstream]:
    """The tracked tools by name, in the file's order. Raises ConfigError with the place."""
    tables = _read(path).__pydantic_extra__
    if not tables:
        raise ConfigError(f"{path}: no tool is tracked: add a table such as [sgkit]")
    # those of the registry; a tool that it does not have has a class of its table's name
    classes = registry.TOOLS.keys() | tables.keys()
    for name, upstream in tables.items():
        for unknown in set(upstream.classes) - classes:
            raise ConfigError(
                f"{path}: {name}.classes = {unknown!r}: "
                f"expected any of {', '.join(sorted(classes))}"
            )
    return {
        name: upstream.model_copy(update={"name": name, **_completion(name, upstream)})
        for name, upstream in tables.items()
    }


def operator(path: Path) -> dict[str, Any]:
    """The table [operator]: who is notified about the machine; may be empty."""
    return _read(path).operator


def _read(path: Path) -> File:
    return configuration.read(path, File, secret=("alerts", OPERATOR))


def _completion(name: str, upstream: Upstream) -> dict[str, Any]:
    """The classes with the programs of the machine, and the source that the environment names."""
    variable = f"GWAS_UPSTREAM_{name.upper().replace('-', '_')}"
    git = os.environ.get(variable)
    if git and not _ADDRESS(git):
        raise ConfigError(f"{variable} = {git!r}: expected {_URL}")
    classes = tuple(dict.fromkeys([*upstream.classes, *registry.programs()]))
    return {"classes": classes, **({"git": git, "source": "git"} if git else {})}
