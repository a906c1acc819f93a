"""The evidence of an event: measurements and decisions. The database has it as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, PlainSerializer, TypeAdapter

from tools.alerts.bisection import Range
from tools.detection.sequential_test import Verdict
from tools.results.series_key import SeriesKey

Key = Annotated[
    SeriesKey,
    BeforeValidator(
        lambda value: SeriesKey.from_record(value) if isinstance(value, str) else value
    ),
    PlainSerializer(str),
]


@dataclass(frozen=True)
class Proof(Verdict):
    """The verdict of interleaved pairs of two commits on one series."""

    key: Key

    @classmethod
    def of(cls, verdict: Verdict, key: SeriesKey) -> Proof:
        return cls(**asdict(verdict), key=key)


@dataclass(frozen=True, slots=True)
class OtherMetric:
    """Medians of another metric of the same benchmark class, at both ends of an event."""

    key: Key
    old: float
    new: float
    changed: bool  # their samples do not overlap


@dataclass(frozen=True, slots=True)
class FunctionTime:
    """Own seconds of a function in profiles of both ends of an event."""

    function: str  # "package/module.py:name"
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class PackageChange:
    """A package that two locks have in different versions; "" where one has none."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Issue:
    """An event's issue on GitHub, as far as the tracker knows."""

    begun: bool = False  # it was asked for, and may exist without `number`
    number: int | None = None
    version: str | None = None  # of the message that it shows
    commenting: str | None = None  # version of the message on which a comment was begun
    comment: str | None = None  # the state that a comment has announced, and the issue not yet
    closed: bool = False
    gone: bool = False  # deleted or moved away by people


@dataclass(frozen=True)
class Evidence:
    """All evidence on an event."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    confirmation: Proof | None = None  # of the range in which the change was detected
    timing: Proof | None = None  # of a timing at the commit, where a count was confirmed
    range: Range | None = None  # of commits, by bisection
    frozen: str | None = None  # the verdict of the frozen stack, or why there is none
    packages: str | None = None  # the verdict of the packages alone, or why there is none
    dependencies: tuple[PackageChange, ...] | None = None  # one, or the few that it may be
    profile: tuple[FunctionTime, ...] | None = None  # None until both ends were profiled
    beside: tuple[OtherMetric, ...] = ()
    joined: tuple[Key, ...] = ()  # series that were confirmed for an event that joined this one
    failures: tuple[datetime.datetime, ...] = ()  # nights that could not measure it
    fixes: tuple[int, ...] = ()  # events that this one has resolved
    reopened: str | None = None  # why it is notified again
    issues: Mapping[str, Issue] = field(default_factory=dict)  # by channel


_EVIDENCE = TypeAdapter(Evidence)
NONE = Evidence()


def load(text: str) -> Evidence:
    """Evidence from the JSON of the database; ValueError for other text."""
    return NONE if text == "{}" else _EVIDENCE.validate_json(text)


def as_json(evidence: Evidence) -> dict[str, Any]:
    """Evidence as JSON has it, without empty fields."""
    return dict(_EVIDENCE.dump_python(evidence, mode="json", exclude_defaults=True))


def replaced(evidence: Evidence, **more: Any) -> Evidence:
    """Evidence with other values of some fields; ValueError for what does not fit."""
    fields = {name: getattr(evidence, name) for name in evidence.__dataclass_fields__}
    return _EVIDENCE.validate_python({**fields, **more})
