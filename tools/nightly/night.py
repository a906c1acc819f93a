"""One night: update, measure what is new, look again at what stepped, publish, tell.

Each part saves as it goes, so a night that is killed anywhere loses the measurement that it was
at and nothing else; the next one goes on. The order is that of DESIGN: new commits first, then
what confirms and localises, then repeats of one commit (A/A), which state our own error rate.
"""

from __future__ import annotations

import contextlib
import datetime
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config

from tools.alerts import causes, channels, dependencies, events, explain, feed, message
from tools.alerts.closing import close_recovered, open_again
from tools.alerts.events import Event, Store
from tools.alerts.examine import Examiner
from tools.alerts.localise import OutOfBudget
from tools.alerts.measure import Laboratory, NoValue
from tools.alerts.message import Message
from tools.common import paths, process
from tools.common.errors import BuildError, MissingError, TrackerError, UnreachableError
from tools.environments.plan import plan
from tools.measuring import asv_run
from tools.nightly import found
from tools.upstreams.config import Upstream
from tools.upstreams.mirror import Mirror

Say = Callable[[str], None]
# what people are told of, and of which states
_TOLD = (events.CONFIRMED, events.RESOLVED)


@dataclass(frozen=True)
class Night:
    """What a night needs to know."""

    conf: Config
    upstreams: Mapping[str, Upstream]
    store: Store
    stack: str
    bench: tuple[str, ...]  # asv's --bench: the nightly profile
    until: float  # time.monotonic() at which nothing more is begun
    site: str
    say: Say

    def budget(self) -> None:
        """Raise OutOfBudget when the night is over."""
        if time.monotonic() >= self.until:
            raise OutOfBudget

    def run(self) -> list[tuple[Event, Message]]:
        """The whole night; returns what people were told of for the first time."""
        mirror = Mirror(paths.mirror_dir())
        self._update(mirror)
        self._measure("NEW")
        self._detect()
        try:
            laboratory = Laboratory(self.upstreams, mirror, self.stack)
            self._examine(mirror, laboratory)
            self._explain(laboratory)
            self._repeat(laboratory)
        except OutOfBudget:
            self.say("the budget is spent; the next night goes on from here")
        open_again(self.store, datetime.date.today())
        for event in close_recovered(self.store):
            self.say(f"event {event.id}: {self.store.history(event.id)[-1]['why']}")
        self._publish()
        return self._tell(mirror)

    def _update(self, mirror: Mirror) -> None:
        try:
            mirror.update(self.upstreams.values(), say=self.say)
        except UnreachableError as error:
            self.say(f"warning: {error}; going on with what is mirrored")

    def _measure(self, commits: str) -> None:
        """asv's own run of the profile, ended when the budget is."""
        log = paths.cache("logs", "nightly-run.log")
        options = ("--skip-existing-successful",)
        with asv_run.running(commits, self.stack, self.bench, log, *options) as running:
            try:
                status = running.wait(max(1.0, self.until - time.monotonic()))
                self.say(f"measured {commits} (exit status {status}, log {log})")
            except subprocess.TimeoutExpired:
                self.say(f"measuring {commits} was ended by the budget; what it has is kept")

    def _detect(self) -> None:
        tools = frozenset(cls for one in self.upstreams.values() for cls in one.classes)
        fresh = found.events_of(self.conf, self.store, tools - {"plink"})
        for event in fresh:
            self.say(f"candidate {event.id}: {message.subject(event)}")

    def _examine(self, mirror: Mirror, laboratory: Laboratory) -> None:
        """Confirm what is new, then localise what is confirmed."""
        examiner = Examiner(self.store, laboratory, self.budget)
        for event in self._open(events.NEW):
            try:
                examiner.confirm(event)
            except (NoValue, BuildError, MissingError) as problem:
                self.store.move(event.id, events.UNDECIDED, str(problem).splitlines()[0])
            self.say(f"event {event.id}: {self.store.history(event.id)[-1]['why']}")
        if self.stack == "dated":
            self._find_dependencies(mirror)
        for event in self._open(events.CONFIRMED):
            if event.kind == events.DEPENDENCY:
                continue
            known = event.facts.get("range")
            if known and known["finished"]:
                continue
            line = list(mirror.line(event.tool))  # newest first
            commits = line[line.index(event.new) : line.index(event.old) + 1][::-1]
            narrowed = examiner.localise(event, commits)
            self.say(f"event {event.id}: between {narrowed.good[:8]} and {narrowed.bad[:8]}")
            if not narrowed.finished:
                raise OutOfBudget

    def _find_dependencies(self, mirror: Mirror) -> None:
        """Tell what a dependency changed from what the tool did, and name the dependency."""
        frozen = Laboratory(self.upstreams, mirror, "frozen")
        for event in self._open(events.CONFIRMED):
            if "frozen" not in event.facts:
                causes.is_dependency(self.store, event, frozen, self.budget)
                event = self.store.get(event.id)
                self.say(f"event {event.id}: on the frozen stack {event.facts['frozen']}")
            if event.kind != events.DEPENDENCY or "dependencies" in event.facts:
                continue
            upstream = self.upstreams[event.tool]
            old, new = (
                plan(upstream, mirror.commit(commit), self.stack, mirror)
                for commit in (event.old, event.new)
            )
            differences = dependencies.changed(old, new)
            mixtures = dependencies.Mixtures(old, new, paths.ROOT / "env")
            if not causes.find_dependency(self.store, event, mixtures, differences, self.budget):
                raise OutOfBudget

    def _explain(self, laboratory: Laboratory) -> None:
        """What else changed at a confirmed event, and which functions take longer."""
        known = Benchmarks.load(self.conf)
        for event in self._open(events.CONFIRMED):
            if "profile" in event.facts:
                continue
            target, beside, profiles = event.worst.target, {}, []
            sides = ((event.old, "old"), (event.new, "new"))
            for sibling in explain.siblings(target, known):
                self.budget()
                with contextlib.suppress(NoValue):  # a metric that this event's sides do not have
                    beside[sibling] = [laboratory.value(*side, sibling) for side in sides]
            with contextlib.suppress(NoValue):
                profiles = [laboratory.profile(*side, target) for side in sides]
            changed = explain.difference(*profiles) if profiles else []
            self.store.learn(event.id, beside=beside, profile=changed)

    def _repeat(self, laboratory: Laboratory) -> None:
        """One pair of values (A/A) of each timing that the newest commit of each tool has."""
        for commit, target in found.newest_timings(self.conf, self.stack):
            self.budget()
            try:
                first, second = (
                    laboratory.value(commit, place, target) for place in ("old", "new")
                )
            except (NoValue, BuildError, MissingError):
                continue  # what asv measured and this cannot is no repeat
            self.store.add_repeat(self.stack, target, commit, first, second)

    def _open(self, state: str) -> list[Event]:
        return [
            event
            for event in reversed(self.store.all(state))
            if event.kind != events.MACHINE and event.stack == self.stack
        ]

    def _publish(self) -> None:
        try:
            asv_run.publish()
        except process.ProgramError as error:
            self.say(f"warning: the site was not published: {error}")

    def _tell(self, mirror: Mirror) -> list[tuple[Event, Message]]:
        """Write the feed, and send what each channel was not sent yet."""
        told = [
            (event, message.compose(event, self.site, self._commit(event, mirror)))
            for event in self.store.all()
            if any(row["state"] in _TOLD for row in self.store.history(event.id))
        ]
        feed.write(Path(self.conf.html_dir) / "alerts.xml", self.site, told)
        sent = []
        for event, text in told:
            if event.state not in _TOLD:
                continue
            try:
                routes = channels.of_tool(
                    event.tool, self.upstreams[event.tool].tables.get("alerts", {})
                )
            except TrackerError as error:
                self.say(f"warning: {error}")
                continue
            for channel in routes:
                if self.store.was_sent(event.id, channel.name, event.state):
                    continue
                try:
                    channel.send(event, text, self.store)
                except UnreachableError as error:
                    self.say(f"warning: {error}; it is tried again the next night")
                    continue
                self.store.mark_sent(event.id, channel.name, event.state)
            if not self.store.was_sent(event.id, "digest", event.state):
                self.store.mark_sent(event.id, "digest", event.state)
                sent.append((event, text))
        return sent

    def _commit(self, event: Event, mirror: Mirror) -> dict[str, str]:
        """The upstream commit of a localised event."""
        known = event.facts.get("range")
        if not known or known["between"]:
            return {}
        commit = mirror.commit(known["bad"])
        link = self.upstreams[event.tool].links.get("commit", "")
        return {
            "hash": commit.hash,
            "author": commit.author,
            "date": commit.date.date().isoformat(),
            "subject": commit.subject,
            "url": link.format(hash=commit.hash) if commit.source == "git" else "",
        }
