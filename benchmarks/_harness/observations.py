"""Observations of one run in a fresh process, kept for the other metrics of an asv run."""

import json
import os

from . import data


def of(task):
    """The observations of a prepared task: it is run at the first call, and recorded.

    A failure is recorded too, so that the other metrics fail without another run.
    """
    record = data.work("observations") / (task.key + ".json")
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
