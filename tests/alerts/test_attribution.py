"""On the dated stack a change is the tool's or a dependency's; which is known here."""

import datetime
from pathlib import Path

import pytest

from tests.alerts.made import Allowance, MadeLaboratory, add_event
from tools.alerts import attribution, events
from tools.alerts.events import Event
from tools.alerts.evidence import PackageChange
from tools.alerts.store import Store
from tools.alerts.verification import Verifier
from tools.environments import venvs
from tools.environments.plan import Plan
from tools.notify import message
from tools.upstreams.mirror import Commit

DIFFERENCES = [
    PackageChange("dask", "2022.1.0", "2022.2.0"),
    PackageChange("numba", "0.54.1", "0.55.0"),
    PackageChange("numpy", "1.20.3", "1.21.0"),
    PackageChange("zarr", "2.10.0", ""),
]


@pytest.fixture
def confirmed(store: Store) -> Event:
    """A change of 2 x on the dated stack."""
    event = add_event(store, "old", "new", 2.0)
    Verifier(store, MadeLaboratory({"old": 1.0, "new": 2.0}), Allowance()).confirm(event)
    return store.get(event.id)


def test_a_change_that_the_frozen_stack_shows_too_is_the_tools(
    store: Store, confirmed: Event
) -> None:
    frozen = MadeLaboratory({"old": 1.0, "new": 1.9})
    assert not attribution.ask_frozen_stack(store, confirmed, frozen, Allowance())
    assert store.get(confirmed.id).kind == events.CODE


def test_one_that_the_frozen_stack_cannot_measure_stays_the_tools(
    store: Store, confirmed: Event
) -> None:
    frozen = MadeLaboratory({"old": 1.0, "new": 1.0}, broken=["old"])
    assert not attribution.ask_frozen_stack(store, confirmed, frozen, Allowance())
    kept = store.get(confirmed.id)
    assert kept.kind == events.CODE
    assert "does not build" in str(kept.evidence.frozen)


@pytest.mark.parametrize(("newer", "kind"), [(1.9, events.DEPENDENCY), (1.0, events.CODE)])
def test_where_the_frozen_stack_has_no_answer_the_packages_are_asked(
    store: Store, confirmed: Event, newer: float, kind: str
) -> None:
    assert not attribution.is_unanswered(confirmed)  # it was not asked
    frozen = MadeLaboratory({"old": 1.0, "new": 1.0}, broken=["old"])
    attribution.ask_frozen_stack(store, confirmed, frozen, Allowance())
    assert attribution.is_unanswered(store.get(confirmed.id))
    names = attribution.mixture_names("new", DIFFERENCES)
    mixtures = MadeLaboratory({names[0]: 1.0, names[-1]: newer})
    found = attribution.ask_packages(
        store, confirmed, Verifier(store, mixtures, Allowance()), DIFFERENCES
    )
    kept = store.get(confirmed.id)
    assert (found, kept.kind) == (kind == events.DEPENDENCY, kind)
    assert not attribution.is_unanswered(kept)


def test_packages_that_do_not_run_with_the_newer_commit_leave_it_the_tools(
    store: Store, confirmed: Event
) -> None:
    store.add_evidence(confirmed.id, frozen="undecided: too noisy")
    assert attribution.is_unanswered(store.get(confirmed.id))
    names = attribution.mixture_names("new", DIFFERENCES)
    mixtures = MadeLaboratory({names[-1]: 2.0}, broken=[names[0]])
    assert not attribution.ask_packages(
        store, confirmed, Verifier(store, mixtures, Allowance()), DIFFERENCES
    )
    kept = store.get(confirmed.id)
    assert kept.kind == events.CODE
    assert "does not build" in str(kept.evidence.packages)


@pytest.mark.parametrize("at", range(len(DIFFERENCES)))
def test_the_dependency_is_named_with_both_versions(
    store: Store, confirmed: Event, at: int
) -> None:
    frozen = MadeLaboratory({"old": 1.0, "new": 1.0})
    assert attribution.ask_frozen_stack(store, confirmed, frozen, Allowance())
    names = attribution.mixture_names("new", DIFFERENCES)
    truth = {name: 2.0 if count > at else 1.0 for count, name in enumerate(names)}
    assert attribution.find_dependency(
        store, confirmed, Verifier(store, MadeLaboratory(truth), Allowance()), DIFFERENCES
    )
    kept = store.get(confirmed.id)
    assert kept.kind == events.DEPENDENCY
    assert kept.evidence.dependencies == (DIFFERENCES[at],)
    told = message.compose(kept, "https://perf.example.org")
    named = f"{DIFFERENCES[at].name} {DIFFERENCES[at].old} -> "
    assert f"cause    {named}" in told.text
    assert f", by {named}" in told.subject


def test_packages_that_only_work_together_are_named_together(
    store: Store, confirmed: Event
) -> None:
    names = attribution.mixture_names("new", DIFFERENCES)
    truth = {name: 2.0 if count > 1 else 1.0 for count, name in enumerate(names)}
    mixtures = MadeLaboratory(truth, broken=[names[2]])
    assert attribution.find_dependency(
        store, confirmed, Verifier(store, mixtures, Allowance()), DIFFERENCES
    )
    named = store.get(confirmed.id).evidence.dependencies
    assert [package.name for package in named or ()] == ["numba", "numpy"]


def test_a_search_that_the_budget_ends_goes_on(store: Store, confirmed: Event) -> None:
    names = attribution.mixture_names("new", DIFFERENCES)
    truth = {name: 2.0 if count > 2 else 1.0 for count, name in enumerate(names)}
    mixtures = MadeLaboratory(truth)
    assert not attribution.find_dependency(
        store, confirmed, Verifier(store, mixtures, Allowance(2)), DIFFERENCES
    )
    assert store.get(confirmed.id).evidence.dependencies is None
    assert attribution.find_dependency(
        store, confirmed, Verifier(store, mixtures, Allowance()), DIFFERENCES
    )


def _plan(lock: str, python: str = "3.9") -> Plan:
    date = datetime.datetime(2022, 1, 1)
    commit = Commit("sgkit", "c" * 40, date, "Ann", "Release", "", "0.5.0", "index")
    return Plan(commit, "dated", python, lock, "sgkit==0.5.0", (), ("sgkit",), False)


def test_what_differs_between_two_locks() -> None:
    old = _plan("# head\ndask==1\nnumpy==2\ntoolz==3\n")
    new = _plan("dask==1\nnumpy==3\nzarr==1\n", "3.10")
    assert attribution.package_changes(old, new) == [
        PackageChange("numpy", "2", "3"),
        PackageChange("toolz", "3", ""),
        PackageChange("zarr", "", "1"),
        PackageChange("python", "3.9", "3.10"),
    ]


def test_mixtures_hold_so_many_of_the_newer_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str]] = []

    def ensure(root: Path, lock: str, python: str, extra: object) -> Path:
        made.append((python, lock))
        return root

    monkeypatch.setattr(venvs, "ensure", ensure)
    monkeypatch.setattr(venvs, "install_tool", lambda path, artefact, python: None)
    monkeypatch.setattr(venvs, "compile_benchmarks", lambda python: None)
    monkeypatch.setattr(attribution, "value", lambda side, target, until: 1.0)
    old, new = _plan("dask==1\nnumpy==2\ntoolz==3\n"), _plan("dask==2\nnumpy==3\n", "3.10")
    mixtures = attribution.Mixtures(old, new)
    for name in attribution.mixture_names("new", attribution.package_changes(old, new)):
        mixtures.value(name, "old", "pca")
    assert made == [
        ("3.9", "dask==1\nnumpy==2\ntoolz==3\n"),
        ("3.9", "dask==2\nnumpy==2\ntoolz==3\n"),
        ("3.9", "dask==2\nnumpy==3\ntoolz==3\n"),
        ("3.9", "dask==2\nnumpy==3\n"),
        ("3.10", "dask==2\nnumpy==3\n"),
    ]
