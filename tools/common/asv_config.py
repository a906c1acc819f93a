"""Read asv.conf.json as asv does, with one clear error."""

from pathlib import Path
from typing import Annotated, Any, Literal

from asv import util
from asv.config import Config
from pydantic import Field

from tools.common import configuration, paths
from tools.common.configuration import Items, Model, Text
from tools.common.errors import ConfigError

_Positive = Annotated[float, Field(gt=0, strict=False)]


class _Configuration(Model, extra="allow"):
    """The keys that the tracker uses. asv has more, and does not check any."""

    project: Text
    repo: Text
    dvcs: Literal["union"]
    branches: Annotated[Items[Text], Field(min_length=1)]
    plugins: Items[Text]
    environment_type: Text
    matrix: dict[str, Any] = Field(default_factory=dict)
    pythons: Items[Text] = ()
    benchmark_dir: Text = "benchmarks"
    env_dir: Text = "env"
    results_dir: Text = "results"
    html_dir: Text = "html"
    project_url: str = ""
    show_commit_url: str = ""
    hash_length: Annotated[int, Field(ge=1, le=40)] = 8
    install_timeout: _Positive = 1.0
    default_benchmark_timeout: _Positive = 1.0
    regressions_thresholds: dict[str, Annotated[float, Field(strict=False)]] = Field(
        default_factory=dict
    )


def load() -> Config:
    """This checkout's asv.conf.json; ConfigError when it is not valid."""
    path = paths.ROOT / "asv.conf.json"
    check(path)
    return Config.load(str(path))


def check(path: Path) -> None:
    """ConfigError with the place of each mistake in an asv.conf.json."""
    if not path.is_file():
        raise ConfigError(f"{path} is missing")
    try:
        content = util.load_json(str(path), Config.api_version, js_comments=True)
    except (ValueError, TypeError, RecursionError, util.UserError) as error:
        raise ConfigError(f"{path}: {error}") from None
    configuration.validated(content, _Configuration, path)
