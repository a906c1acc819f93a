"""The detector of nights and pages, which knows the noise of repeats of one commit."""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from tools.alerts.store import Store
from tools.common.errors import DamagedError
from tools.detection.change_points import ChangePoint
from tools.detection.memory import Memory
from tools.results.metrics import Metric, metric_of
from tools.results.series import Series

Detector = Callable[[Series], list[ChangePoint]]


def detector(store: Store | None, declared: Mapping[str, Metric]) -> Detector:
    """A function from a series to its change points, with the repeats in the store."""
    repeats = {pair: store.repeats(*pair) for pair in store.repeated()} if store else {}
    memory = Memory()

    def detect(series: Series) -> list[ChangePoint]:
        measured_by = str(series.environment.get("stack")), str(series.environment.get("machine"))
        pairs = repeats.get(measured_by, {}).get(series.key, [])
        exact = metric_of(series.benchmark, declared).exact
        return memory.change_points(series.columns, exact=exact, repeats=pairs)

    return detect


def from_database(database: Path, declared: Mapping[str, Metric]) -> Detector:
    """The same; a missing or damaged database has no repeats."""
    if database.exists():
        try:
            with closing(Store(database)) as store:
                return detector(store, declared)
        except DamagedError:
            pass  # the Alerts page warns of it
    return detector(None, declared)
