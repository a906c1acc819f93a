"""Read asv.conf.json as asv does, with one clear error."""

from asv import util
from asv.config import Config

from tools.common import paths
from tools.common.errors import ConfigError


def load() -> Config:
    """This checkout's asv.conf.json; ConfigError when it is not valid."""
    path = paths.ROOT / "asv.conf.json"
    try:
        return Config.load(str(path))
    except (ValueError, util.UserError) as error:
        raise ConfigError(f"{path}: {error}") from None
