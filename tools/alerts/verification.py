"""Before anyone hears of an event: measure it again, then find the commit that made it.

Everything that is measured is in the store before the next measurement starts, so a night that
is killed, or that ends by its budget, goes on where it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from tools.alerts import states
from tools.alerts.bisection import Range, bisect, error_of_each
from tools.alerts.events import Event, Line
from tools.alerts.evidence import Proof
from tools.alerts.store import Store
from tools.common.errors import BuildError, MissingError
from tools.detection import sequential_test
from tools.detection.sequential_test import Verdict
from tools.execution.measurement import NoValue, TookTooLong
from tools.results.series_key import SeriesKey

Budget = Callable[[], None]  # raises localise.OutOfBudget when nothing more may be spent


class Measures(Protocol):
    """What examines need of tools.execution.measurement.Laboratory."""

    def value(self, commit: str, place: str, key: SeriesKey) -> float:
        """The value of a series at a commit."""


class Examiner:
    """Measures events again; `budget` is called before each pair."""

    def __init__(self, store: Store, laboratory: Measures, budget: Budget) -> None:
        self._store, self._laboratory, self._budget = store, laboratory, budget

    def confirm(self, event: Event, *, afresh: bool = False) -> Verdict:
        """Measure both sides of an event in turn until its change is confirmed or refuted.

        Its claims are tried one after the other until one is confirmed. Its evidence is
        kept, and its state where nobody has decided about it. With `afresh` earlier pairs do not
        count. Raises OutOfBudget (what was measured is kept), and NoValue, BuildError or
        MissingError when no claim can be measured at all.
        """
        best: tuple[Verdict, Line] | None = None
        problem: NoValue | None = None
        for line in event.claims:
            try:
                verdict = self.compare(
                    event, event.old, event.new, line.ratio, key=line.key, afresh=afresh
                )
            except NoValue as error:
                problem = error
                continue
            if best is None or verdict.outcome == states.CONFIRMED:
                best = verdict, line
            if verdict.outcome == states.CONFIRMED:
                break
        if best is None:
            assert problem is not None  # there is a claim at least
            raise problem
        verdict, line = best
        with self._store.together():  # a verdict without its state would never be told
            event = self._store.get(event.id)  # a person may have decided while it was measured
            self._store.learn(event.id, confirmation=Proof.of(verdict, line.key))
            state = states.after(event.state, verdict.outcome)
            self._store.move(event.id, state, measured(verdict), event.until)
        return self._size(event, line.key, verdict, afresh)

    def _size(self, event: Event, key: SeriesKey, verdict: Verdict, afresh: bool) -> Verdict:
        """Measure on where a change is sure and its size is not: the state is stored before."""
        if verdict.outcome != states.CONFIRMED:
            return verdict
        known = self._store.pairs(event.id, key, event.old, event.new)
        known = known[-verdict.pairs :] if afresh else known
        pair = self._pair(event, event.old, event.new, key)
        with suppress(NoValue, BuildError, MissingError):  # the verdict stands without
            verdict = sequential_test.decide(pair, verdict.ratio, known, precise=True)
            self._store.learn(event.id, confirmation=Proof.of(verdict, key))
        return verdict

    def localise(self, event: Event, commits: Sequence[str]) -> Range:
        """Narrow a confirmed event down to one of `commits` (in order, both ends included)."""
        found = self.search(event, commits)
        self._store.learn(event.id, range=found)
        return found

    def search(self, event: Event, commits: Sequence[str]) -> Range:
        """Bisect between the first and the last of what the laboratory can measure, in order."""

        def is_after(commit: str) -> bool | None:
            after, why = self._classify(event, commits[0], commit, error_of_each(len(commits)))
            self._store.add_answer(event.id, commit, after, why)
            return after

        return bisect(commits, is_after, self._store.answers(event.id))

    def _classify(
        self, event: Event, good: str, commit: str, error: float
    ) -> tuple[bool | None, str]:
        """Whether a commit has the change, by measuring it in turn with the good end; and why."""
        assert event.evidence.confirmation  # only a confirmed event is searched
        claimed = event.evidence.confirmation.ratio
        try:
            verdict = self.compare(event, good, commit, claimed, error, half=True)
        except (NoValue, BuildError, MissingError) as problem:
            return None, str(problem).splitlines()[0]
        after = {states.CONFIRMED: True, states.REFUTED: False}.get(verdict.outcome)
        return after, words(verdict)

    def compare(
        self, event: Event, old: str, new: str, claimed: float,
        error: float = sequential_test.ERROR, *, half: bool = False, key: SeriesKey | None = None,
        afresh: bool = False,
    ) -> Verdict:  # fmt: skip
        """Measure an event's series at two commits, in turn, until the test is sure.

        By default the one that stands for the event. Pairs are kept under the two names, and
        those kept earlier count.
        """
        key = key or event.worst.key
        known = [] if afresh else self._store.pairs(event.id, key, old, new)
        pair = self._pair(event, old, new, key)
        return sequential_test.decide(pair, claimed, known, error, half=half)

    def _pair(
        self, event: Event, old: str, new: str, key: SeriesKey
    ) -> Callable[[], tuple[float, float]]:
        """What measures both sides once, in turn, and keeps the values."""
        # A B, B A, A B, ...: neither side is always the first after a pause
        turn = itertools.cycle((("old", "new"), ("new", "old")))
        commits = {"old": old, "new": new}

        def pair() -> tuple[float, float]:
            self._budget()
            values = {place: self._value(commits[place], place, key) for place in next(turn)}
            if min(values.values()) <= 0:
                raise NoValue(f"{key} gives {min(values.values())}: there is no ratio to judge")
            self._store.add_pair(event.id, key, old, new, values["old"], values["new"])
            return values["old"], values["new"]

        return pair

    def _value(self, commit: str, place: str, key: SeriesKey) -> float:
        """A value; NoValue where it failed twice, as one process that was killed says little.

        What takes too long costs its limit once.
        """
        try:
            return self._laboratory.value(commit, place, key)
        except NoValue as failure:
            self._budget()  # what its end cut says nothing of the commit
            if isinstance(failure, TookTooLong):
                raise
            return self._laboratory.value(commit, place, key)


def measured(verdict: Verdict) -> str:
    """What a verdict was judged by, in one line."""
    return (
        f"ratio {verdict.ratio:.3g} ({verdict.low:.3g} to {verdict.high:.3g}) "
        f"over {verdict.pairs} interleaved pairs"
    )


def words(verdict: Verdict) -> str:
    """A verdict in one line."""
    return f"{verdict.outcome}: {measured(verdict)}"
