"""Messages about mistakes in configuration files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.common import configuration
from tools.common.configuration import Items, Model
from tools.common.errors import ConfigError, DamagedError


class Colour(Model):
    shades: Items[int] = ()


def test_json_has_objects_and_toml_has_tables(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 3}')
    with pytest.raises(ConfigError, match=r"x\.json: a: expected an object"):
        configuration.read(path, dict[str, Colour])
    path.write_text("[1]")
    with pytest.raises(ConfigError, match="the whole file: expected an object"):
        configuration.read(path, dict[str, Colour])
    path.write_text("{")
    with pytest.raises(ConfigError, match=r"x\.json: not valid JSON: .* line 1"):
        configuration.read(path, dict[str, Colour])
    path = tmp_path / "x.toml"
    path.write_text("a = 3")
    with pytest.raises(ConfigError, match=r"x\.toml: a: expected a table"):
        configuration.read(path, dict[str, Colour])


@pytest.mark.parametrize("name", ["nothing.toml", "nothing.json"])
def test_a_file_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{name} is missing"):
        configuration.read(tmp_path / name, dict[str, Colour])


def test_a_message_has_five_mistakes_at_most_and_no_long_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f").write_text(json.dumps({"shades": ["x" * 1000, *"abcdefg"]}))
    with pytest.raises(DamagedError) as error:
        configuration.read(Path("f"), Colour, error=DamagedError)
    lines = str(error.value).splitlines()
    assert len(lines) == 6
    assert lines[0].endswith("x...: expected a whole number")
    assert len(lines[0]) < 200
    assert lines[1] == "  f: shades[1] = 'a': expected a whole number"
    assert lines[-1] == "  and 3 more mistakes"
