"""Two commits side by side: what is said of the pairs, and of what cannot be compared."""

from pathlib import Path

import pytest

from tools.__main__ import main
from tools.cli.compare import conclusion


def test_the_ratio_with_its_interval() -> None:
    assert conclusion([(1.0, 2.0), (2.0, 4.0)]) == "new / old: 2.000, 99 % interval 2.000 to 2.000"


def test_values_of_zero_have_no_ratio() -> None:
    said = conclusion([(0.0, 0.0), (0.0, 0.5)])
    assert said == "new - old: 0.25 on average; values of 0 have no ratio"


def test_without_any_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["alerts", "compare", "a", "b", "pca.Sgkit.time_compute"]) == 2
    assert "any `asv run` writes it" in capsys.readouterr().err
