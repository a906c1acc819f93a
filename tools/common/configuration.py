"""Read configuration files into checked models.

pydantic checks the types. This module adds what a user needs: the file, the place of each
mistake (`sgkit.java[0].since`) and what is expected there, in the words of the file's format.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from tools.common.errors import ConfigError, TrackerError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
Text = Annotated[str, Field(min_length=1)]
Items = Annotated[
    tuple[T, ...], Strict(False)
]  # a list in the file; a tuple, as models are frozen

_FROM_FILE = "file"  # pydantic's context, to tell a table of a file from a call of the class
_SHOWN = 5  # mistakes in one message
_LONGEST = 80  # characters of a value in a message
_EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number that is finite",
    "greater_than": "a number above {gt}",
    "date_type": "a date such as 2024-07-01, without quotes",
    "tuple_type": "a list",
    "list_type": "a list",
    "too_long": "at most {max_length} item(s)",
    "too_short": "at least {min_length} item(s)",
    "literal_error": "{expected}",
    "union_tag_invalid": "{discriminator} to be one of {expected_tags}",
    "union_tag_not_found": "a key {discriminator}",
    "extra_forbidden": "no such key",
}


class Expected(ValueError):
    """What a validator raises: its text is what is expected in place of the value.

    The text of any other ValueError stands in the message as it is.
    """


class Model(BaseModel):
    """One table of a file: frozen, with exact types, and without unknown keys.

    A field with `exclude=True` is not a key of the file: whoever reads the file sets it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, table: Any, info: ValidationInfo) -> Any:
        """As `extra="forbid"` does, with the keys that there are."""
        is_of_file = info.context is _FROM_FILE and cls.model_config["extra"] == "forbid"
        if isinstance(table, dict) and is_of_file:
            keys = [name for name, field in cls.model_fields.items() if not field.exclude]
            for name in table:
                if name not in keys:
                    raise ValueError(f"unknown key {name!r}; known: {', '.join(keys)}")
        return table


def read_toml(path: Path, kind: type[T], *, secret: Collection[str] = ()) -> T:
    """The content of a TOML file as `kind`; ConfigError as `check` raises it.

    Values in tables whose name is in `secret` are never part of a message.
    """
    try:
        content = tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    return check(content, kind, path, secret=secret)


def read_json(path: Path, kind: type[T]) -> T:
    """The content of a JSON file as `kind`; ConfigError as `check` raises it."""
    return check(parse_json(_text(path), path), kind, path)


def parse_json(text: str, path: Path, error: type[TrackerError] = ConfigError) -> Any:
    """The value of a JSON text; `error` with the file's name where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError as reason:
        raise error(f"{path}: not valid JSON: {reason}") from None
    except RecursionError:
        raise error(f"{path}: lists or objects within each other, too deep to read") from None


def check(
    content: Any,
    kind: type[T],
    path: Path,
    error: type[TrackerError] = ConfigError,
    secret: Collection[str] = (),
) -> T:
    """`content` of the file `path` as `kind`, a Model or a type made of Models.

    Raises `error` with the place of each mistake, five at most, and what is expected there.
    """
    try:
        return TypeAdapter(kind).validate_python(content, context=_FROM_FILE)
    except ValidationError as reason:
        mistakes = [_words(mistake, content, secret) for mistake in reason.errors()]
        table = "an object" if path.suffix == ".json" else "a table"
        lines = [f"{path}: {text.replace('a table', table)}" for text in mistakes[:_SHOWN]]
        if len(mistakes) > _SHOWN:
            lines.append(f"and {len(mistakes) - _SHOWN} more mistakes")
        raise error("\n  ".join(lines)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing") from None


def _words(mistake: Any, content: Any, secret: Collection[str]) -> str:
    place, kind = _place(mistake["loc"], content), mistake["type"]
    if kind == "missing":
        return f"{place} is missing"
    if kind in ("model_type", "dict_type"):  # the value is no table: it may be a secret
        return f"{place}: expected a table"
    value, loc = mistake["input"], mistake["loc"]
    is_key = "[key]" in loc or value in loc[-1:]
    if is_key or isinstance(value, dict) or not set(secret).isdisjoint(loc):
        shown = ""
    else:
        shown = f" = {value!r}" if len(repr(value)) <= _LONGEST else f" = {value!r:.{_LONGEST}}..."
    error = mistake.get("ctx", {}).get("error")
    if isinstance(error, Expected):
        return f"{place}{shown}: expected {error}"
    if kind in _EXPECTED:
        return f"{place}{shown}: expected {_EXPECTED[kind].format(**mistake.get('ctx', {}))}"
    return f"{place}{shown}: {error or mistake['msg']}"


def _place(parts: tuple[int | str, ...], content: Any) -> str:
    """pydantic's location as the user wrote it: "sgkit.java[0].since".

    An entry of a list that has a name is given with it: "small.part[2] (hail).stack".
    """
    place = ""
    for part in parts:
        is_last = part is parts[-1]
        if isinstance(part, int) and not isinstance(content, list):
            continue  # a single table, which is read as a list of one
        if part == "[key]" or (isinstance(content, dict) and part not in content and not is_last):
            continue  # pydantic's own: the key itself is wrong, or the kind of a table
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
        try:
            content = content[part]
        except (LookupError, TypeError):
            content = None
        if isinstance(part, int) and isinstance(content, dict) and "name" in content:
            place += f" ({content['name']})"
    return place.lstrip(".") or "the whole file"
