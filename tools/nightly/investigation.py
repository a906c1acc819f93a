"""The part of a night that looks again: confirm, localise, explain, and repeat one commit."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.alerts import (
    attribution,
    dependencies,
    events,
    explain,
    retry,
    states,
)
from tools.alerts.bisection import OutOfBudget
from tools.alerts.events import Event
from tools.alerts.evidence import OtherMetric, Proof
from tools.alerts.recording import merge_same_commit
from tools.alerts.store import Store
from tools.alerts.verification import Budget, Examiner
from tools.common import paths
from tools.common.errors import (
    BuildError,
    BusyError,
    DeniedError,
    DiskFullError,
    Interrupted,
    MissingError,
    TrackerError,
    UnreachableError,
)
from tools.environments.plan import plan
from tools.execution.measurement import Laboratory, NoValue
from tools.results.series_key import SeriesKey
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

# what keeps every event from being looked at
_FOR_ALL = (UnreachableError, BusyError, DiskFullError, DeniedError, Interrupted)


@dataclass(frozen=True)
class Examining:
    """Each method raises OutOfBudget; what was measured until then is kept."""

    upstreams: Mapping[str, Upstream]
    mirror: Mirror
    lines: Mapping[str, Sequence[str]]  # each tool's commits, newest first
    store: Store
    laboratory: Laboratory
    stack: str
    machine: str  # this one: what stepped on another cannot be looked at here
    budget: Budget
    until: float  # where it ends, of time.monotonic: what runs then is cut
    say: Callable[[str], None]
    warn: Callable[[str], None]
    prune: Callable[[], None]  # takes out of events what their commits do not explain

    def confirm(self) -> None:
        """Measure both sides again of what is new, or was acknowledged before it was measured.

        What could not be measured is tried again, as tools.alerts.retry says.
        """
        examiner = Examiner(self.store, self.laboratory, self.budget)
        for event in self._open("measured"):
            if retry.is_due(event):
                with self._apart(event):
                    self._confirm(event, examiner)
            elif event.state == states.NEW:  # a verdict that did not become its state
                self.store.move(event.id, event.outcome, "measured before")

    def _confirm(self, event: Event, examiner: Examiner) -> None:
        try:
            examiner.confirm(event)
        except (NoValue, BuildError, MissingError) as problem:
            retry.note(self.store, event.id, problem)
        last = self.store.history(event.id)[-1]
        self.say(f"event {event.id} {last['state']}: {last['why']}")

    def trace(self, benchmarks: Mapping[str, Mapping[str, Any]]) -> None:
        """Find the commit, or the dependency, of what is confirmed, and explain it.

        One event after the other: what is known of one is told, though the budget may end in the
        search for the next. `benchmarks` is asv's benchmarks.json.
        """
        if self.stack == "dated":
            frozen = Laboratory(self.upstreams, self.mirror, "frozen", self.until)
            for event in self._proven():
                with self._apart(event):
                    self._find_dependency(event, frozen)
        for event in self._proven():
            with self._apart(event):
                joined = self._localise(event)
                event = joined or self.store.get(event.id)
                if joined or event.evidence.profile is None:  # with more series: explained anew
                    self._explain(event, benchmarks)

    def _localise(self, event: Event) -> Event | None:
        """Search for the event's commit; the older event that it joined, if it is of the same."""
        if event.kind == events.DEPENDENCY:
            return None
        known = event.evidence.range
        if not (known and known.finished):
            line = self.lines[event.tool]
            if event.new not in line or event.old not in line:
                return None  # upstream has rewritten its history
            commits = line[line.index(event.new) : line.index(event.old) + 1][::-1]
            examiner = Examiner(self.store, self.laboratory, self.budget)
            narrowed = examiner.localise(event, commits)
            self.say(f"event {event.id}: between {narrowed.good[:8]} and {narrowed.bad[:8]}")
            if not narrowed.finished:
                raise OutOfBudget
        elif event.evidence.profile is not None:
            return None
        # now, or in a night that found the commit and was killed before it was explained
        self.prune()
        same = merge_same_commit(self.store, self.store.get(event.id))
        if same is None:
            return None
        self.say(f"event {event.id}: the same commit as event {same.id}")
        return self.store.get(same.id)

    @contextlib.contextmanager
    def _apart(self, event: Event) -> Iterator[None]:
        """What is wrong with one event keeps no other from being looked at."""
        try:
            yield
        except _FOR_ALL:
            raise
        except TrackerError as error:
            self.warn(f"event {event.id}: {error}")

    def _find_dependency(self, event: Event, frozen: Laboratory) -> None:
        """Tell what a dependency changed from what the tool did, and name the dependency."""
        if event.evidence.frozen is None:
            attribution.is_dependency(self.store, event, frozen, self.budget)
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
        packages = (
            dependencies.Mixtures(old, new, paths.ROOT / "env", self.until),
            dependencies.changed(old, new),
            self.budget,
        )
        if unanswered:
            found = attribution.is_of_packages(self.store, event, *packages)
            told = self.store.get(event.id).evidence.packages
            self.say(f"event {event.id}: with the older packages and the newer ones {told}")
            if not found:
                return
        if not attribution.find_dependency(self.store, event, *packages):
            raise OutOfBudget

    def _explain(self, event: Event, benchmarks: Mapping[str, Mapping[str, Any]]) -> None:
        """What else changed between the nearest commits, and which functions take longer."""
        key, beside = event.worst.key, []
        profiles: list[list[explain.Stats]] = []
        old, new = event.ends
        self._time(event)
        sides = ((old, "old"), (new, "new"))
        for sibling in explain.siblings(key, benchmarks):
            # a metric that this event's sides do not have
            with contextlib.suppress(NoValue, BuildError, MissingError):
                before, after = self._beside(sides, sibling)
                changed = len(before) == explain.VALUES and explain.differ(before, after)
                medians = statistics.median(before), statistics.median(after)
                beside.append(OtherMetric(sibling, *medians, changed))
        timed = event.timing.key if event.timing else explain.timed(key, benchmarks)
        with contextlib.suppress(NoValue, BuildError, MissingError):
            profiles = [
                [self._profile(*side, timed) for _ in range(explain.PROFILES)] for side in sides
            ]
        self.budget()  # else what it cut would be taken for what these commits do not have
        profile = explain.difference(*profiles) if profiles else ()
        self.store.learn(event.id, beside=beside, profile=profile)

    def _profile(self, commit: str, place: str, key: SeriesKey) -> explain.Stats:
        self.budget()
        return self.laboratory.profile(commit, place, key)

    def _beside(
        self, sides: tuple[tuple[str, str], tuple[str, str]], key: SeriesKey
    ) -> tuple[list[float], list[float]]:
        """Values of both sides, in turn: explain.VALUES of each as long as they seem to differ."""
        found: dict[str, list[float]] = {place: [] for _, place in sides}
        for turn in range(explain.VALUES):
            self.budget()
            for commit, place in sides if turn % 2 == 0 else sides[::-1]:
                found[place].append(self.laboratory.value(commit, place, key))
            if not explain.differ(found["old"], found["new"]):
                break
        return found["old"], found["new"]

    def _time(self, event: Event) -> None:
        """Where a count proved the event and timings stepped with it: how much, at its commit."""
        line = event.timing
        if line is None or line == event.worst:
            return
        examiner = Examiner(self.store, self.laboratory, self.budget)
        with contextlib.suppress(NoValue, BuildError, MissingError):
            verdict = examiner.compare(event, *event.ends, line.ratio, key=line.key)
            self.store.learn(event.id, timing=Proof.of(verdict, line.key))

    def repeat(self, timings: Iterable[tuple[str, SeriesKey]]) -> None:
        """One pair of values (A/A) of each (commit, series), the least repeated first.

        What the end of the budget cuts is the first to be tried the next night.
        """
        known = self.store.repeats(self.stack, self.machine)
        for commit, key in sorted(timings, key=lambda one: len(known.get(one[1], ()))):
            try:
                first, second = (self._value(commit, place, key) for place in ("old", "new"))
            except (NoValue, BuildError, MissingError):
                continue  # what asv measured and this cannot is no repeat
            if min(first, second) > 0:
                self.store.add_repeat(self.stack, self.machine, key, commit, first, second)

    def _value(self, commit: str, place: str, key: SeriesKey) -> float:
        self.budget()
        return self.laboratory.value(commit, place, key)

    def _proven(self) -> list[Event]:
        """What is searched for its commit and explained; not what was only acknowledged."""
        return [event for event in self._open("searched") if event.proven]

    def _open(self, column: str) -> list[Event]:
        """The tools' events of this stack and machine whose state allows it, oldest first."""
        return [
            event
            for event in reversed(self.store.all(*states.that_are(column)))
            if event.kind != events.MACHINE
            and (event.stack, event.machine) == (self.stack, self.machine)
            and event.tool in self.lines
        ]
