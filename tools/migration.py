"""Brings the records of an older checkout up to date, before asv rewrites benchmarks.json."""

from __future__ import annotations

from pathlib import Path

from tools.results import migration


def run(results: Path) -> None:
    """Migrate provenance and the alerts' database in `results`; does nothing where none is old."""
    migration.migrate_provenance(results)
    database = results / "alerts.sqlite"
    if database.exists():
        from tools.alerts import schema, store  # slow to import, and rarely needed

        if schema.is_old(database):
            store.Store(database).close()
