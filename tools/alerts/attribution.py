"""Whose change it is that the dated stack shows: the tool's, or that of one of its dependencies.

On the dated stack a commit is measured with the packages of its date, so both may have changed.
The frozen stack decides: where the same two commits do not differ there, a dependency did it.
Where it has no answer, as when the older commit does not run on its packages, the newer commit is
measured with the older one's packages and with its own: if these differ, a dependency did it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tools.alerts import dependencies, events, states
from tools.alerts.events import Event
from tools.alerts.evidence import PackageChange
from tools.alerts.store import Store
from tools.alerts.verification import Budget, Examiner, Measures, words
from tools.common.errors import BuildError, MissingError
from tools.detection.sequential_test import Verdict
from tools.execution.measurement import NoValue
from tools.results.series_key import SeriesKey

_FROZEN = "frozen:"
_ANSWERS = (states.CONFIRMED, states.REFUTED)


class _Frozen:
    """Measures on the frozen stack, by names that tell its pairs from those of the dated one."""

    def __init__(self, laboratory: Measures) -> None:
        self._laboratory = laboratory

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        return self._laboratory.value(commit.removeprefix(_FROZEN), place, key)


def is_dependency(store: Store, event: Event, frozen: Measures, budget: Budget) -> bool:
    """Whether a confirmed event of the dated stack is refuted on the frozen one.

    The event's kind and its fact `frozen` are set. Where the frozen stack cannot measure it, it
    stays the tool's, and the fact says why. Raises OutOfBudget; what was measured is kept.
    """
    examiner = Examiner(store, _Frozen(frozen), budget)
    compare = partial(examiner.compare, event, _FROZEN + event.old, _FROZEN + event.new)
    return _classified(store, event, "frozen", states.REFUTED, compare)


def is_unanswered(event: Event) -> bool:
    """Whether the frozen stack was asked and could not tell, and the packages were not asked."""
    told = (event.evidence.frozen or states.CONFIRMED).startswith(_ANSWERS)
    return not told and event.evidence.packages is None


def is_of_packages(
    store: Store,
    event: Event,
    mixtures: Measures,
    differences: Sequence[PackageChange],
    budget: Budget,
) -> bool:
    """Whether the packages alone make half of a change, or more of it.

    The event's kind and its fact `packages` are set. Where it cannot be measured, it stays the
    tool's, and the fact says why. Raises OutOfBudget; what was measured is kept.
    """
    names = dependencies.states(event.new, differences)
    examiner = Examiner(store, mixtures, budget)
    compare = partial(examiner.compare, event, names[0], names[-1], half=True)
    return _classified(store, event, "packages", states.CONFIRMED, compare)


def _classified(
    store: Store, event: Event, fact: str, of_dependency: str, compare: Callable[..., Verdict]
) -> bool:
    """Note as a fact what a comparison says of the claim; whether it says: a dependency."""
    assert event.evidence.confirmation  # only a confirmed event is attributed
    try:
        verdict = compare(claimed=event.evidence.confirmation.ratio)
    except (NoValue, BuildError, MissingError) as problem:
        store.learn(event.id, **{fact: str(problem).splitlines()[0]})
        return False
    store.learn(event.id, **{fact: words(verdict)})
    if verdict.outcome != of_dependency:
        return False
    store.classify(event.id, events.DEPENDENCY)
    return True


def find_dependency(
    store: Store,
    event: Event,
    mixtures: Measures,
    differences: Sequence[PackageChange],
    budget: Budget,
) -> bool:
    """Search the packages that differ for the one that made the change; False when unfinished.

    The event's fact `dependencies` names it with both versions: one, or the few that could not be
    told apart because the mixtures between them do not work.
    """
    names = dependencies.states(event.new, differences)
    found = Examiner(store, mixtures, budget).search(event, names)
    if found.finished:
        store.learn(event.id, dependencies=dependencies.between(found, differences))
    return found.finished
