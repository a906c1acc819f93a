"""The part of a night that investigates events, and repeats measurements of one commit (A/A)."""

import contextlib
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.alerts import attribution, events, explain, retry, states
from tools.alerts.bisection import OutOfBudget
from tools.alerts.events import Event
from tools.alerts.evidence import OtherMetric, Proof
from tools.alerts.recording import merge_same_commit
from tools.alerts.store import Store
from tools.alerts.verification import NO_VALUE, Budget, Verifier
from tools.common.errors import (
    BusyError,
    DeniedError,
    DiskFullError,
    Interrupted,
    TrackerError,
    UnreachableError,
)
from tools.environments.plan import plan
from tools.execution.measurement import Laboratory
from tools.results.series_key import SeriesKey
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

# errors that concern all events
_FOR_ALL = (UnreachableError, BusyError, DiskFullError, DeniedError, Interrupted)
_Sides = tuple[tuple[str, str], tuple[str, str]]  # (commit, side) of the older and the newer


@dataclass(frozen=True)
class Investigation:
    """Confirms, attributes, localises and explains the events of one stack of this machine.

    Each method raises OutOfBudget; what was measured until then is kept.
    """

    upstreams: Mapping[str, Upstream]
    mirror: Mirror
    branches: Mapping[str, Sequence[str]]  # each tool's commits, newest first
    store: Store
    laboratory: Laboratory
    stack: str
    machine: str  # this one: events of others cannot be measured here
    budget: Budget
    until: float  # of time.monotonic: a process that still runs then is ended
    say: Callable[[str], None]
    warn: Callable[[str], None]
    prune: Callable[[], None]  # removes from events the series that their commits do not explain

    def confirm(self) -> None:
        """Measure both ends of events without a verdict again; tools.alerts.retry says when."""
        verifier = Verifier(self.store, self.laboratory, self.budget)
        for event in self._events("measured"):
            if retry.is_due(event):
                with self._alone(event):
                    self._confirm(event, verifier)
            elif event.state == states.NEW:  # a night ended between a verdict and its state
                self.store.set_state(event.id, event.outcome, "measured before")

    def _confirm(self, event: Event, verifier: Verifier) -> None:
        try:
            verifier.confirm(event)
        except NO_VALUE as problem:
            retry.record_failure(self.store, event.id, problem)
        last = self.store.history(event.id)[-1]
        self.say(f"event {event.id} {last['state']}: {last['why']}")

    def trace(self, benchmarks: Mapping[str, Mapping[str, Any]]) -> None:
        """Find the commit, or the dependency, of confirmed events and explain it.

        Finishes one event before the next, so that it can be notified even if the budget ends.
        `benchmarks` is asv's benchmarks.json.
        """
        if self.stack == "dated":
            frozen = Laboratory(self.upstreams, self.mirror, "frozen", self.until)
            for event in self._confirmed():
                with self._alone(event):
                    self._attribute(event, frozen)
        for event in self._confirmed():
            with self._alone(event):
                joined = self._localise(event)
                event = joined or self.store.get(event.id)
                if joined or event.evidence.profile is None:  # with more series: explained anew
                    self._explain(event, benchmarks)

    def _localise(self, event: Event) -> Event | None:
        """Search for the event's commit; the older event of the same commit, if it joined one."""
        if event.kind == events.DEPENDENCY:
            return None
        searched = event.evidence.range
        if not (searched and searched.finished):
            branch = self.branches[event.tool]
            if event.new not in branch or event.old not in branch:
                return None  # upstream has rewritten its history
            commits = branch[branch.index(event.new) : branch.index(event.old) + 1][::-1]
            narrowed = Verifier(self.store, self.laboratory, self.budget).localise(event, commits)
            self.say(f"event {event.id}: between {narrowed.good[:8]} and {narrowed.bad[:8]}")
            if not narrowed.finished:
                raise OutOfBudget
        elif event.evidence.profile is not None:
            return None
        # also after a night that found the commit and was killed before it explained it
        self.prune()
        older = merge_same_commit(self.store, self.store.get(event.id))
        if older is None:
            return None
        self.say(f"event {event.id}: the same commit as event {older.id}")
        return self.store.get(older.id)

    @contextlib.contextmanager
    def _alone(self, event: Event) -> Iterator[None]:
        """Turn an error that concerns one event into a warning: the others go on."""
        try:
            yield
        except _FOR_ALL:
            raise
        except TrackerError as error:
            self.warn(f"event {event.id}: {error}")

    def _attribute(self, event: Event, frozen: Laboratory) -> None:
        """Attribute an event to the tool or to a dependency, and name the dependency."""
        if event.evidence.frozen is None:
            attribution.ask_frozen_stack(self.store, event, frozen, self.budget)
            event = self.store.get(event.id)
            self.say(f"event {event.id}: on the frozen stack {event.evidence.frozen}")
        unanswered = attribution.is_unanswered(event)
        unnamed = event.kind == events.DEPENDENCY and event.evidence.dependencies is None
        if not (unanswered or unnamed):
            return
        upstream = self.upstreams[event.tool]
        old, new = (
            plan(upstream, self.mirror.commit(commit), self.stack, self.mirror)
            for commit in (event.old, event.new)
        )
        mixtures = attribution.Mixtures(old, new, self.until)
        packages = (
            Verifier(self.store, mixtures, self.budget),
            attribution.package_changes(old, new),
        )
        if unanswered:
            is_dependency = attribution.ask_packages(self.store, event, *packages)
            verdict = self.store.get(event.id).evidence.packages
            self.say(f"event {event.id}: with the older packages and the newer ones {verdict}")
            if not is_dependency:
                return
        if not attribution.find_dependency(self.store, event, *packages):
            raise OutOfBudget

    def _explain(self, event: Event, benchmarks: Mapping[str, Mapping[str, Any]]) -> None:
        """Measure other metrics at the nearest commits, and profile both."""
        key, beside = event.main.key, []
        profiles: list[list[explain.Stats]] = []
        old, new = event.ends
        sides = ((old, "old"), (new, "new"))
        self._time(event)
        for sibling in explain.siblings(key, benchmarks):
            with contextlib.suppress(*NO_VALUE):  # a metric that these commits do not have
                before, after = self._beside(sides, sibling)
                changed = len(before) == explain.VALUES and explain.differ(before, after)
                medians = statistics.median(before), statistics.median(after)
                beside.append(OtherMetric(sibling, *medians, changed))
        timed = event.timing.key if event.timing else explain.timed(key, benchmarks)
        with contextlib.suppress(*NO_VALUE):
            profiles = [
                [self._profile(*side, timed) for _ in range(explain.PROFILES)] for side in sides
            ]
        self.budget()  # a process that the budget's end cut must not count as a missing value
        profile = explain.difference(*profiles) if profiles else ()
        self.store.add_evidence(event.id, beside=beside, profile=profile)

    def _profile(self, commit: str, side: str, key: SeriesKey) -> explain.Stats:
        self.budget()
        return self.laboratory.profile(commit, side, key)

    def _beside(self, sides: _Sides, key: SeriesKey) -> tuple[list[float], list[float]]:
        """Values of both sides, in turn: explain.VALUES of each as long as they seem to differ."""
        values: dict[str, list[float]] = {side: [] for _, side in sides}
        for turn in range(explain.VALUES):
            self.budget()
            for commit, side in sides if turn % 2 == 0 else sides[::-1]:
                values[side].append(self.laboratory.value(commit, side, key))
            if not explain.differ(values["old"], values["new"]):
                break
        return values["old"], values["new"]

    def _time(self, event: Event) -> None:
        """Compare the timing at the commit, where a count proved the event."""
        change = event.timing
        if change is None or change == event.main:
            return
        verifier = Verifier(self.store, self.laboratory, self.budget)
        with contextlib.suppress(*NO_VALUE):
            verdict = verifier.compare(event, *event.ends, change.ratio, key=change.key)
            self.store.add_evidence(event.id, timing=Proof.of(verdict, change.key))

    def repeat(self, timings: Iterable[tuple[str, SeriesKey]]) -> None:
        """Measure one pair (A/A) of each (commit, series), the least repeated series first.

        A pair that the budget's end cut is the first of the next night.
        """
        repeats = self.store.repeats(self.stack, self.machine)
        for commit, key in sorted(timings, key=lambda timing: len(repeats.get(timing[1], ()))):
            try:
                first, second = (self._value(commit, side, key) for side in ("old", "new"))
            except NO_VALUE:
                continue  # asv measured it and this did not: no repeat
            if min(first, second) > 0:
                self.store.add_repeat(self.stack, self.machine, key, commit, first, second)

    def _value(self, commit: str, side: str, key: SeriesKey) -> float:
        self.budget()
        return self.laboratory.value(commit, side, key)

    def _confirmed(self) -> list[Event]:
        """Events to search and explain; not those that were acknowledged without a verdict."""
        return [event for event in self._events("searched") if event.proven]

    def _events(self, column: str) -> list[Event]:
        """The events of this stack and machine whose state allows `column`, the oldest first."""
        return [
            event
            for event in reversed(self.store.all(*states.allowing(column)))
            if event.kind != events.MACHINE
            and (event.stack, event.machine) == (self.stack, self.machine)
            and event.tool in self.branches
        ]
