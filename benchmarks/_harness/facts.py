"""Facts about one run of a task in a fresh process, kept for the other metrics of an asv run."""

import json
import os

from . import data


def of(task):
    """The facts about a prepared task: from its first run, or from that run's record.

    A failure is kept as well, so that each metric that depends on it fails at once.
    """
    record = data.work("facts") / (task.key + ".json")
    if record.exists():
        kept = json.loads(record.read_text(encoding="utf-8"))
    else:
        try:
            kept = task.observe()
        except NotImplementedError:
            raise
        except Exception as error:
            kept = {"failure": "{}: {}".format(type(error).__name__, error)}
        aside = record.with_suffix(".{}.part".format(os.getpid()))
        aside.write_text(json.dumps(kept), encoding="utf-8")
        os.replace(str(aside), str(record))
    if "failure" in kept:
        raise RuntimeError(kept["failure"])
    return kept
