"""`alerts compare`: its conclusion from pairs, and its refusals."""

import pytest

from tools.__main__ import main
from tools.cli.compare import conclusion


def test_the_ratio_with_its_interval() -> None:
    assert conclusion([(1.0, 2.0), (2.0, 4.0)]) == "new / old: 2.000, 99 % interval 2.000 to 2.000"


def test_values_of_zero_have_no_ratio() -> None:
    said = conclusion([(0.0, 0.0), (0.0, 0.5)])
    assert said == "new - old: 0.25 on average; values of 0 have no ratio"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pca.Sgkit.time_copmute"], "there is no benchmark 'pca.Sgkit.time_copmute'"),
        (["pca.Sgkit.time_compute", "data=smoke"], "sets of pca.Sgkit.time_compute fit; give one"),
        (["pca.Sgkit.time_compute", "data=x", "cores=1"], "0 parameter sets of pca.Sgkit"),
    ],
)
def test_what_names_no_series_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "compare", "a", "b", *words]) == 2
    assert said in capsys.readouterr().err
