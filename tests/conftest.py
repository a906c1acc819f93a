"""Fixtures that tests of several packages share, and which tests may run at the same time."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.alerts.fixtures", "tests.upstreams.fixtures"]

# Rooms whose tests share something that is slow to make (an environment, a published site), or
# look at the machine's processes and page cache. Each runs in one worker of pytest-xdist.
_TOGETHER = ("benchmarks", "datasets", "execution", "site", "study")
# The longest come first, so that no worker waits for them at the end.
_FIRST = ("test_asv.py", "benchmarks", "test_nightly.py")


class ByRoom(LoadScopeScheduling):
    """Gives a worker all tests of one group (see `group`), and others one by one.

    pytest-xdist's own groups (`--dist loadgroup`) have no effect with pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByRoom:
    return ByRoom(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest groups."""
    items.sort(key=lambda item: (*_FIRST, group(item.nodeid)).index(group(item.nodeid)))


def group(nodeid: str) -> str:
    """The room, or the file of integration tests, that runs one test after the other.

    Empty for a test that needs no group.
    """
    _, room, *rest = PurePosixPath(nodeid.partition("::")[0]).parts
    if room == "integration":
        return rest[-1]
    return room if room in _TOGETHER else ""
