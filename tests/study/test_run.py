"""The command refuses what it does not know before it does anything."""

import pytest

from tools.__main__ import main


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--profile", "tiny"], "there is no profile 'tiny'"),
        (["--part", "tasks"], "the profile small has no part tasks"),
        (["--without", "chr22"], "there is no data set 'chr22'"),
    ],
)
def test_unknown_names(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "run", *options]) == 2
    assert words in capsys.readouterr().err
