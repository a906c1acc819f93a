"""Messages about mistakes in configuration files."""

from __future__ import annotations

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
        configuration.read_json(path, dict[str, Colour])
    path.write_text("[1]")
    with pytest.raises(ConfigError, match="the whole file: expected an object"):
        configuration.read_json(path, dict[str, Colour])
    path.write_text("{")
    with pytest.raises(ConfigError, match=r"x\.json: not valid JSON: .* line 1"):
        configuration.read_json(path, dict[str, Colour])
    path = tmp_path / "x.toml"
    path.write_text("a = 3")
    with pytest.raises(ConfigError, match=r"x\.toml: a: expected a table"):
        configuration.read_toml(path, dict[str, Colour])


@pytest.mark.parametrize("read", [configuration.read_json, configuration.read_toml])
def test_a_file_that_is_not_there_is_named(read, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing is missing"):
        read(tmp_path / "nothing", dict[str, Colour])


def test_a_message_has_five_mistakes_at_most_and_no_long_value() -> None:
    content = {"shades": ["x" * 1000, *"abcdefg"]}
    with pytest.raises(DamagedError) as error:
        configuration.check(content, Colour, Path("f"), DamagedError)
    lines = str(error.value).splitlines()
    assert len(lines) == 6
    assert lines[0].endswith("x...: expected a whole number")
    assert len(lines[0]) < 200
    assert lines[1] == "  f: shades[1] = 'a': expected a whole number"
    assert lines[-1] == "  and 3 more mistakes"
