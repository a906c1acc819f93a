"""Verification of an event before any notification: measure it again, then find its commit.

Each value is in the store before the next measurement starts. So a night that is killed, or that
ends by its budget, loses one measurement at most, and the next night continues.
"""

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from tools.alerts import states
from tools.alerts.bisection import Range, bisect, error_of_each
from tools.alerts.events import Event, SeriesChange
from tools.alerts.evidence import Proof
from tools.alerts.store import Store
from tools.common.errors import BuildError, MissingError
from tools.detection import sequential_test
from tools.detection.sequential_test import Verdict
from tools.execution.measurement import NoValue, TookTooLong
from tools.results.series_key import SeriesKey

Budget = Callable[[], None]  # raises bisection.OutOfBudget when nothing more may be spent
NO_VALUE = (NoValue, BuildError, MissingError)  # what a commit that gives no value raises


class ValueSource(Protocol):
    """Where a Verifier has its values from, such as tools.execution.measurement.Laboratory."""

    def value(self, commit: str, side: str, key: SeriesKey) -> float:
        """The value of a series at a commit; `side` is "old" or "new"."""


class Verifier:
    """Measures events again; calls `budget` before each pair."""

    def __init__(self, store: Store, laboratory: ValueSource, budget: Budget) -> None:
        self._store, self._laboratory, self._budget = store, laboratory, budget

    def confirm(self, event: Event, *, afresh: bool = False) -> Verdict:
        """Measure both ends of an event in turn until its change is confirmed or refuted.

        Tries one claim after the other until one is confirmed. Keeps the verdict as evidence and
        sets the state, unless a person has decided. With `afresh` earlier pairs do not count.
        Raises OutOfBudget (measured pairs are kept), and NoValue, BuildError or MissingError when
        no claim can be measured.
        """
        best: tuple[Verdict, SeriesChange] | None = None
        problem: NoValue | None = None
        for claim in event.claims:
            try:
                verdict = self.compare(
                    event, event.old, event.new, claim.ratio, key=claim.key, afresh=afresh
                )
            except NoValue as error:
                problem = error
                continue
            if best is None or verdict.outcome == states.CONFIRMED:
                best = verdict, claim
            if verdict.outcome == states.CONFIRMED:
                break
        if best is None:
            assert problem is not None  # an event has a claim
            raise problem
        verdict, claim = best
        with self._store.transaction():  # a verdict without its state would never be notified
            event = self._store.get(event.id)  # a person may have decided meanwhile
            self._store.add_evidence(event.id, confirmation=Proof.of(verdict, claim.key))
            state = states.after(event.state, verdict.outcome)
            self._store.set_state(event.id, state, numbers(verdict), event.until)
        if verdict.outcome == states.CONFIRMED:
            verdict = self._size(event, claim.key, verdict, afresh)
        return verdict

    def _size(self, event: Event, key: SeriesKey, verdict: Verdict, afresh: bool) -> Verdict:
        """Measure more pairs of a confirmed change until its size is precise as well."""
        earlier = self._store.pairs(event.id, key, event.old, event.new)
        earlier = earlier[-verdict.pairs :] if afresh else earlier
        pair = self._pair(event, event.old, event.new, key)
        with suppress(*NO_VALUE):  # the verdict stands without
            verdict = sequential_test.decide(pair, verdict.ratio, earlier, precise=True)
            self._store.add_evidence(event.id, confirmation=Proof.of(verdict, key))
        return verdict

    def localise(self, event: Event, commits: Sequence[str]) -> Range:
        """Narrow a confirmed event to one of `commits` (in order, both ends included)."""
        narrowed = self.search(event, commits)
        self._store.add_evidence(event.id, range=narrowed)
        return narrowed

    def search(self, event: Event, commits: Sequence[str]) -> Range:
        """Bisect between the first and the last of what the value source can measure."""

        def is_after(commit: str) -> bool | None:
            after, why = self._classify(event, commits[0], commit, error_of_each(len(commits)))
            self._store.add_answer(event.id, commit, after, why)
            return after

        return bisect(commits, is_after, self._store.answers(event.id))

    def _classify(
        self, event: Event, good: str, commit: str, error: float
    ) -> tuple[bool | None, str]:
        """Whether a commit has the change, by pairs with the good end; and why."""
        assert event.evidence.confirmation  # only confirmed events are searched
        claimed = event.evidence.confirmation.ratio
        try:
            verdict = self.compare(event, good, commit, claimed, error, half=True)
        except NO_VALUE as problem:
            return None, str(problem).splitlines()[0]
        after = {states.CONFIRMED: True, states.REFUTED: False}.get(verdict.outcome)
        return after, words(verdict)

    def compare(
        self, event: Event, old: str, new: str, claimed: float,
        error: float = sequential_test.ERROR, *, half: bool = False, key: SeriesKey | None = None,
        afresh: bool = False,
    ) -> Verdict:  # fmt: skip
        """Measure a series of an event at two commits, in turn, until the test is sure.

        The series is the event's main one unless `key` says otherwise. Pairs are kept under the
        names of the two commits. Unless `afresh`, those kept earlier count.
        """
        key = key or event.main.key
        earlier = [] if afresh else self._store.pairs(event.id, key, old, new)
        pair = self._pair(event, old, new, key)
        return sequential_test.decide(pair, claimed, earlier, error, half=half)

    def _pair(
        self, event: Event, old: str, new: str, key: SeriesKey
    ) -> Callable[[], tuple[float, float]]:
        """A function that measures both commits once and keeps the values."""
        # A B, B A, A B, ...: neither side is always the first after a pause
        order = itertools.cycle((("old", "new"), ("new", "old")))
        commits = {"old": old, "new": new}

        def pair() -> tuple[float, float]:
            self._budget()
            values = {side: self._value(commits[side], side, key) for side in next(order)}
            if min(values.values()) <= 0:
                raise NoValue(f"{key} gives {min(values.values())}: there is no ratio to judge")
            self._store.add_pair(event.id, key, old, new, values["old"], values["new"])
            return values["old"], values["new"]

        return pair

    def _value(self, commit: str, side: str, key: SeriesKey) -> float:
        """A value; NoValue where the process failed twice, as one failure may be the machine's.

        A process that took too long is not started again.
        """
        try:
            return self._laboratory.value(commit, side, key)
        except NoValue as failure:
            self._budget()  # a process that the budget's end cut says nothing of the commit
            if isinstance(failure, TookTooLong):
                raise
            return self._laboratory.value(commit, side, key)


def numbers(verdict: Verdict) -> str:
    """The numbers of a verdict in one line."""
    return (
        f"ratio {verdict.ratio:.3g} ({verdict.low:.3g} to {verdict.high:.3g}) "
        f"over {verdict.pairs} interleaved pairs"
    )


def words(verdict: Verdict) -> str:
    """A verdict in one line."""
    return f"{verdict.outcome}: {numbers(verdict)}"
