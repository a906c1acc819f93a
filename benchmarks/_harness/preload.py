"""Import a tool in asv's fork server, once for all benchmarks of a commit."""

import os

from . import cores

_ASKED = "GWAS_PRELOAD"  # the number of cores that the server's benchmarks will use


def preload(classes):
    """Import those of the classes' tools that GWAS_TOOLS names, restricted to GWAS_PRELOAD cores.

    Nothing is started or computed: threads and JVMs do not survive a fork.
    """
    # removed, so that fresh child processes do not preload
    count = os.environ.pop(_ASKED, None)
    if count is None:
        return
    try:
        cores.take(int(count))
    except NotImplementedError:
        return  # the benchmarks themselves report n/a
    tools = os.environ.get("GWAS_TOOLS", "").split(",")
    for cls in classes:
        if cls.tool in tools:
            cls.load()
