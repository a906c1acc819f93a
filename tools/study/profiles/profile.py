"""The study's profiles, from profiles.toml: which benchmarks run, on which commits.

A profile `[NAME]` has a `summary` and parts `[[NAME.part]]`, which run in this order. A part has
the keys of `Part` and its benchmarks, `[[NAME.part.bench]]`, with the keys of `Bench`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, PositiveFloat, StringConstraints, model_validator

from tools.common import configuration
from tools.common.errors import UsageError
from tools.environments.plan import STACKS
from tools.study.profiles import points
from tools.study.profiles.points import Combination

FILE = Path(__file__).with_name("profiles.toml")

T = TypeVar("T")
Some = Annotated[list[T], Field(min_length=1)]
Text = Annotated[str, StringConstraints(min_length=1)]
Release = Annotated[str, StringConstraints(pattern=r"^[^/]+/[^/]+$")]  # sgkit/0.4.0, hail/newest


class Bench(BaseModel, extra="allow"):
    """Benchmarks and, by its name, the values of each parameter; all values where not named."""

    __pydantic_extra__: dict[str, Some[Any]]

    of: Some[str]  # module.Class
    metrics: Some[str]

    @model_validator(mode="after")
    def _exists(self) -> Bench:
        for point in self.points:
            point.needs()
        return self

    @property
    def points(self) -> list[Combination]:
        """The selected points; UnknownName for a name that does not exist."""
        return [
            point
            for of in self.of
            for metric in self.metrics
            for point in points.select(of, metric, self.__pydantic_extra__)
        ]


class Part(BaseModel, extra="forbid"):
    """Points that belong together, and the commits that they are measured on."""

    name: Text
    summary: Text
    stack: Literal[STACKS]  # type: ignore[valid-type]  # a tuple of names
    commits: Some[Release]  # `newest` is the newest release of the mirror
    seconds: PositiveFloat  # for each commit, on 2 cores, until the run has shown its own pace
    attributes: list[str] = []  # of asv's --attribute
    bench: Some[Bench] = Field(exclude=True)
    points: tuple[Combination, ...] = ()  # of all its benchmarks

    @model_validator(mode="after")
    def _select(self) -> Part:
        self.points = tuple({p.key: p for bench in self.bench for p in bench.points}.values())
        return self

    @property
    def repeat(self) -> int:
        """How many samples its `attributes` ask for; 0 where asv chooses."""
        texts = dict(text.split("=", 1) for text in self.attributes)
        return int(texts["repeat"]) if texts.get("repeat", "").isdigit() else 0


class Profile(BaseModel, extra="forbid"):
    """The parts of one profile."""

    name: str = ""
    summary: Text
    parts: Some[Part] = Field(alias="part")

    @model_validator(mode="after")
    def _names_differ(self) -> Profile:
        names = [part.name for part in self.parts]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two parts have the name {name!r}")
        return self

    def only(self, names: list[str]) -> Profile:
        """The profile with these parts alone; UsageError for a part that it does not have."""
        there = [part.name for part in self.parts]
        if unknown := [name for name in names if name not in there]:
            raise UsageError(
                f"the profile {self.name} has no part {', '.join(unknown)}",
                hint=f"there are: {', '.join(there)}",
            )
        parts = [part for part in self.parts if not names or part.name in names]
        return self.model_copy(update={"parts": parts})


@functools.cache  # the page asks for them once for each figure; reading takes 0.3 s
def load(path: Path = FILE) -> Mapping[str, Profile]:
    """All profiles by name; ConfigError with the place of a mistake."""
    profiles = configuration.read(path, dict[str, Profile])
    for name, profile in profiles.items():
        profile.name = name
    return profiles


def find(name: str, path: Path = FILE) -> Profile:
    """The profile of this name; UsageError with the list for any other."""
    profiles = load(path)
    if name not in profiles:
        raise UsageError(f"there is no profile {name!r}", hint=f"there are: {', '.join(profiles)}")
    return profiles[name]
