"""Reads a TOML file into pydantic models; a mistake is a ConfigError that names its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tools.common.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read(path: Path, kind: Any) -> Any:
    """The content of the file as `kind`; ConfigError for a missing or wrong file."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: not valid TOML: {error}") from None
    try:
        return TypeAdapter(kind).validate_python(tables)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{path.name}: {_place(tables, first['loc'])}: {message}") from None


def _place(tables: Any, keys: Iterable[int | str]) -> str:
    """Where a mistake is, like "[small] part 2 (hail) bench 1 cores"."""
    words: list[str] = []
    for key in keys:
        try:
            tables = tables[key]
        except (LookupError, TypeError):
            tables = None
        name = tables.get("name") if isinstance(tables, dict) else None
        if isinstance(key, int):
            words.append(f"{key + 1} ({name})" if name else str(key + 1))
        else:
            words.append(key if words else f"[{key}]")
    return " ".join(words)
