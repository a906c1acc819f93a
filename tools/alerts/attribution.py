"""Attribution of a change on the dated stack: to the tool, or to one of its dependencies.

On the dated stack a commit is measured with the packages of its date, so both may have changed.

1. The frozen stack decides: if the same two commits do not differ there, a dependency did it.
2. Where the frozen stack has no answer, such as for a commit that does not run on its packages,
   the newer commit is measured with the older one's packages and with its own. If these differ, a
   dependency did it.
3. The newer commit is measured on mixtures: the older commit's packages, of which more and more
   have the newer one's versions. The version that brings the change names the dependency.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from functools import partial

from tools.alerts import events, states
from tools.alerts.events import Event
from tools.alerts.evidence import PackageChange
from tools.alerts.store import Store
from tools.alerts.verification import Budget, ValueSource, Verifier, words
from tools.common.errors import BuildError, MissingError
from tools.detection.sequential_test import Verdict
from tools.environments.plan import Plan
from tools.execution.commit_environment import CommitEnvironment
from tools.execution.measurement import NoValue, install, value
from tools.results.series_key import SeriesKey

_FROZEN = "frozen:"  # before a commit in the store: a pair of the frozen stack
_ANSWERS = (states.CONFIRMED, states.REFUTED)
_PYTHON = "python"


class _Frozen:
    """Values on the frozen stack, of commits that are named so in the store."""

    def __init__(self, laboratory: ValueSource) -> None:
        self._laboratory = laboratory

    def value(self, commit: str, side: str, key: SeriesKey) -> float:
        return self._laboratory.value(commit.removeprefix(_FROZEN), side, key)


def ask_frozen_stack(store: Store, event: Event, frozen: ValueSource, budget: Budget) -> bool:
    """Whether the frozen stack refutes a confirmed event of the dated one.

    Sets the event's kind and its evidence `frozen`. Without an answer the event stays the tool's,
    and the evidence says why. Raises OutOfBudget; measured pairs are kept.
    """
    verifier = Verifier(store, _Frozen(frozen), budget)
    compare = partial(verifier.compare, event, _FROZEN + event.old, _FROZEN + event.new)
    return _is_dependency(store, event, "frozen", states.REFUTED, compare)


def is_unanswered(event: Event) -> bool:
    """Whether the frozen stack had no answer, and the packages were not asked yet."""
    answered = (event.evidence.frozen or states.CONFIRMED).startswith(_ANSWERS)
    return not answered and event.evidence.packages is None


def ask_packages(
    store: Store, event: Event, mixtures: Verifier, differences: Sequence[PackageChange]
) -> bool:
    """Whether the packages alone make half of a change, or more; `mixtures` measures them.

    Sets the event's kind and its evidence `packages`. Without an answer the event stays the
    tool's, and the evidence says why. Raises OutOfBudget; measured pairs are kept.
    """
    names = mixture_names(event.new, differences)
    compare = partial(mixtures.compare, event, names[0], names[-1], half=True)
    return _is_dependency(store, event, "packages", states.CONFIRMED, compare)


def _is_dependency(
    store: Store, event: Event, field: str, outcome: str, compare: Callable[..., Verdict]
) -> bool:
    """Keep the verdict of a comparison; whether it is the outcome that blames a dependency."""
    assert event.evidence.confirmation  # only confirmed events are attributed
    try:
        verdict = compare(claimed=event.evidence.confirmation.ratio)
    except (NoValue, BuildError, MissingError) as problem:
        store.add_evidence(event.id, **{field: str(problem).splitlines()[0]})
        return False
    store.add_evidence(event.id, **{field: words(verdict)})
    if verdict.outcome != outcome:
        return False
    store.set_kind(event.id, events.DEPENDENCY)
    return True


def find_dependency(
    store: Store, event: Event, mixtures: Verifier, differences: Sequence[PackageChange]
) -> bool:
    """Search the differing packages for the one that made the change; False when unfinished.

    The event's evidence `dependencies` names it with both versions. It names several where the
    mixtures between them do not work.
    """
    ends = mixtures.search(event, mixture_names(event.new, differences))
    if ends.finished:
        first, last = (int(name.rpartition("+")[2]) for name in (ends.good, ends.bad))
        store.add_evidence(event.id, dependencies=differences[first:last])
    return ends.finished


def package_changes(old: Plan, new: Plan) -> list[PackageChange]:
    """What differs between two plans beside the tool: packages by name, then the interpreter."""
    before, after = old.packages(), new.packages()
    differences = [
        PackageChange(name, before.get(name, ""), after.get(name, ""))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    if old.python != new.python:
        differences.append(PackageChange(_PYTHON, old.python, new.python))
    return differences


def mixture_names(commit: str, differences: Sequence[PackageChange]) -> list[str]:
    """A name for each mixture: how many of the differences are as the newer commit has them."""
    return [f"{commit}+{count}" for count in range(len(differences) + 1)]


class Mixtures:
    """Values of the newer commit's tool on mixtures of two locks.

    A mixture is installed without asking whether its packages allow each other. One that does not
    work gives no value, and the search steps around it.
    """

    def __init__(self, old: Plan, new: Plan, until: float = math.inf) -> None:
        self._old, self._new, self._until = old, new, until
        self._differences = package_changes(old, new)
        self._environments: dict[str, tuple[str, CommitEnvironment]] = {}  # by side

    def value(self, commit: str, side: str, key: SeriesKey) -> float:
        """The value of a series on the mixture of this name."""
        name, environment = self._environments.get(side, ("", None))
        if environment is None or name != commit:
            environment = install(self._mixed(int(commit.rpartition("+")[2])), side)
            self._environments[side] = commit, environment
        return value(environment, key, self._until)

    def _mixed(self, count: int) -> Plan:
        packages = dict(self._old.packages())
        python = self._old.python
        for package in self._differences[:count]:
            if package.name == _PYTHON:
                python = package.new
            elif package.new:
                packages[package.name] = package.new
            else:
                packages.pop(package.name)
        lock = "".join(f"{name}=={version}\n" for name, version in sorted(packages.items()))
        return dataclasses.replace(self._new, python=python, lock=lock)
