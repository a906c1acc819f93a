"""The environment variables that strangers' code gets of the tracker's own.

The others hold secrets, or would change a measurement.
"""

import os
from collections.abc import Collection

PATH = "/usr/local/bin:/usr/bin:/bin"
_ALLOWED = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ")


def allowed(more: Collection[str] = ()) -> dict[str, str]:
    """Language, time zone and the variables named in `more`, as far as they are set; and PATH."""
    names = (*_ALLOWED, *more)
    return {"PATH": PATH, **{name: os.environ[name] for name in names if name in os.environ}}
