"""Read configuration files into pydantic models.

pydantic checks the values. This module adds what a user needs: the file, the place of each mistake
(`sgkit.java[0].since`) and what is expected there.
"""

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (  # fmt: skip
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from tools.common import foreign_text
from tools.common.errors import ConfigError, TrackerError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
Text = Annotated[str, Field(min_length=1)]
Items = Annotated[tuple[T, ...], Strict(False)]  # a list in the file

_FROM_FILE = "file"  # pydantic's context: a table of a file, not a call of the class
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
    """Raised by a validator with what is expected in place of the value."""


class Model(BaseModel):
    """One table of a file: frozen, with exact types, and without unknown keys.

    A field with `exclude=True` is not a key of the file: whoever reads the file sets it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _name_known_keys(cls, table: Any, info: ValidationInfo) -> Any:
        keys = [name for name, field in cls.model_fields.items() if not field.exclude]
        if info.context == _FROM_FILE and cls.model_config["extra"] == "forbid":
            for name in table if isinstance(table, dict) else ():
                if name not in keys:
                    raise ValueError(f"unknown key {name!r}; known: {', '.join(keys)}")
        return table


def read(
    path: Path,
    kind: type[T],
    *,
    error: type[TrackerError] = ConfigError,
    secret: Collection[str] = (),
) -> T:
    """The content of a TOML or JSON file as `kind`: a Model, or a type made of Models.

    Raises `error` with the place of each mistake, five at most, and what is expected there. Values
    in tables whose name is in `secret` are never part of a message.
    """
    is_toml = path.suffix == ".toml"
    try:
        text = path.read_text(encoding="utf-8" if is_toml else "utf-8-sig")
        content = tomllib.loads(text) if is_toml else json.loads(text)
    except FileNotFoundError:
        raise error(f"{path} is missing") from None
    except IsADirectoryError:
        raise error(f"{path} is a folder, not a file") from None
    except (ValueError, RecursionError) as reason:
        raise error(f"{path}: not valid {'TOML' if is_toml else 'JSON'}: {reason}") from None
    return validated(content, kind, path, error=error, secret=secret)


def validated(
    content: Any,
    kind: type[T],
    path: Path,
    *,
    error: type[TrackerError] = ConfigError,
    secret: Collection[str] = (),
) -> T:
    """`read`, for the content of a file that was parsed already."""
    try:
        return TypeAdapter(kind).validate_python(content, context=_FROM_FILE)
    except ValidationError as reason:
        table = "a table" if path.suffix == ".toml" else "an object"
        mistakes = [_words(mistake, content, secret, table) for mistake in reason.errors()]
    lines = [f"{path}: {text}" for text in mistakes[:_SHOWN]]
    if len(mistakes) > _SHOWN:
        lines.append(f"and {len(mistakes) - _SHOWN} more mistakes")
    raise error("\n  ".join(lines))


def _words(mistake: Any, content: Any, secret: Collection[str], table: str) -> str:
    loc, kind, value = mistake["loc"], mistake["type"], mistake["input"]
    place, context = _place(loc, content), mistake.get("ctx", {})
    if kind == "missing":
        return f"{place} is missing"
    if kind in ("model_type", "dict_type"):  # without the value, which may be a secret
        return f"{place}: expected {table}"
    is_key = "[key]" in loc or value in loc[-1:]
    if not is_key and not isinstance(value, dict) and set(secret).isdisjoint(loc):
        shown = foreign_text.without_credentials(repr(value))  # before a cut hides the @
        place += f" = {shown if len(shown) <= _LONGEST else shown[:_LONGEST] + '...'}"
    if isinstance(context.get("error"), Expected):
        return f"{place}: expected {context['error']}"
    if kind in _EXPECTED:
        return f"{place}: expected {_EXPECTED[kind].format(**context)}"
    return f"{place}: {context.get('error') or mistake['msg']}"


def _place(parts: tuple[int | str, ...], content: Any) -> str:
    """pydantic's location as the user wrote it, such as "small.part[2] (hail).stack"."""
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
