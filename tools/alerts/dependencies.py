"""Which dependency made a change that only the dated stack shows.

The newer commit is measured with the packages of the older one's lock, of which more and more are
replaced by those of its own: the replacement that brings the change names the package.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

from tools.alerts.bisection import Range
from tools.alerts.evidence import PackageChange
from tools.environments.plan import Plan
from tools.execution.measurement import Side, installed, value
from tools.results.series_key import SeriesKey

_PYTHON = "python"


def changed(old: Plan, new: Plan) -> list[PackageChange]:
    """What differs between two plans beside the tool: packages by name, then the interpreter."""
    before, after = old.packages(), new.packages()
    found = [
        PackageChange(name, before.get(name, ""), after.get(name, ""))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    if old.python != new.python:
        found.append(PackageChange(_PYTHON, old.python, new.python))
    return found


def states(commit: str, differences: Sequence[PackageChange]) -> list[str]:
    """A name for each mixture: how many of the differences are as the newer commit has them."""
    return [f"{commit}+{count}" for count in range(len(differences) + 1)]


def between(found: Range, differences: Sequence[PackageChange]) -> Sequence[PackageChange]:
    """The differences between the two mixtures that a search ended with: one, or a few."""
    first, last = (int(state.rpartition("+")[2]) for state in (found.good, found.bad))
    return differences[first:last]


class Mixtures:
    """Measures the newer commit's tool on mixtures of two locks.

    Mixtures are installed as they are, without asking whether the packages allow each other: one
    that does not work gives no value, and the search steps around it.
    """

    def __init__(self, old: Plan, new: Plan, root: Path, until: float = math.inf) -> None:
        self._old, self._new, self._root, self._until = old, new, root, until
        self._differences = changed(old, new)
        self._sides: dict[str, tuple[str, Side]] = {}

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        """The value of a benchmark on the mixture that `states` calls so."""
        known = self._sides.get(place)
        if known is None or known[0] != commit:
            count = int(commit.rpartition("+")[2])
            plan = self._mixed(count)
            side = Side(plan.commit, plan, installed(plan, self._root / f"side-{place}"))
            known = self._sides[place] = (commit, side)
        return value(known[1], key, self._until)

    def _mixed(self, count: int) -> Plan:
        packages = dict(self._old.packages())
        python = self._old.python
        for one in self._differences[:count]:
            if one.name == _PYTHON:
                python = one.new
            elif one.new:
                packages[one.name] = one.new
            else:
                packages.pop(one.name)
        lock = "".join(f"{name}=={version}\n" for name, version in sorted(packages.items()))
        return dataclasses.replace(self._new, python=python, lock=lock)
