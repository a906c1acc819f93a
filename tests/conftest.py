"""Fixtures that tests of several packages share, and which tests may run at the same time."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.alerts.fixtures", "tests.upstreams.fixtures"]

# Rooms whose tests share something that is slow to make (an environment, a published site), or
# look at the machine's processes and page cache. Each runs in one worker of pytest-xdist.
_TOGETHER = ("benchmarks", "datasets", "execution", "site", "study")
# The longest come first, so that no worker waits for them at the end.
_FIRST = ("test_asv.py", "benchmarks", "test_nightly.py")
_ROOT = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of a room, or of an integration test's file, into one group."""
    for item in items:
        group = _group(item)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (*_FIRST, _group(item)).index(_group(item)))


def _group(item: pytest.Item) -> str:
    """The group that a test runs in, one test after the other; "" where it needs none."""
    room, *rest = item.path.relative_to(_ROOT).parts
    if room == "integration":
        return rest[-1]
    return room if room in _TOGETHER else ""
