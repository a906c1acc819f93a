"""Fixtures that tests of several packages share."""

pytest_plugins = ["tests.alerts.fixtures", "tests.upstreams.fixtures"]
