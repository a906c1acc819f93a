"""A pattern that selects nothing is said before anything is measured."""

from __future__ import annotations

import pytest

from tools.common import asv_config
from tools.common.errors import UsageError
from tools.measuring import benchmarks
from tools.nightly.cli import PROFILE


def test_what_selects_nothing_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = asv_config.load()
    benchmarks.require(conf, PROFILE)
    with pytest.raises(UsageError, match="'nothing' matches no benchmark"):
        benchmarks.require(conf, ["sentinels", "nothing"])
    with pytest.raises(UsageError, match="is no regular expression"):
        benchmarks.require(conf, ["time_compute("])
