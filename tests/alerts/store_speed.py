"""How long the store takes to read 10,000 events of five series: run by hand, no test.

`python -m tests.alerts.store_speed`
"""

import json
import tempfile
import time
from pathlib import Path

from tests.alerts.made import KEY, proof
from tools.alerts import evidence
from tools.alerts.store import Store
from tools.results.series_key import SeriesKey

EVENTS, SERIES = 10_000, 5


def fill(path: Path) -> None:
    """Confirmed events, each with its commit, its profile and two lines of history."""
    known = evidence.replaced(
        evidence.NONE,
        confirmation=proof(KEY, 2.0),
        range={"good": "a" * 40, "bad": "b" * 40, "between": [], "finished": True},
        profile=[evidence.FunctionTime(f"pca.py:f{at}", 0.1, 0.2) for at in range(12)],
    )
    text = json.dumps(evidence.as_json(known))
    keys = [
        SeriesKey.of(KEY.benchmark, {"cores": str(at), "data": "'smoke'"}) for at in range(100)
    ]
    store = Store(path)
    with store.transaction() as db:
        for event in range(1, EVENTS + 1):
            db.execute(
                "insert into event values (?, 'sgkit', 'frozen', 'box', 'code', 'a', 'b',"
                " 'confirmed', null, ?, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')",
                (event, text),
            )
            db.executemany(
                "insert into series values (?, ?, 'pca in Sgkit', 'seconds', 0, 1.0, 2.0)",
                [(event, str(keys[(event + at) % 100])) for at in range(SERIES)],
            )
            db.executemany(
                "insert into history values (?, ?, 'measured', '2026-01-01')",
                [(event, "new"), (event, "confirmed")],
            )
    store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder, "alerts.sqlite"))
        started = time.perf_counter()
        store = Store(Path(folder, "alerts.sqlite"))
        opened = time.perf_counter()
        count = len(store.all())
        done = time.perf_counter()
        print(f"opened in {opened - started:.2f} s, read {count} events in {done - opened:.2f} s")
