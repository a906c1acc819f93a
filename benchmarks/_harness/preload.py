"""Import the tool in asv's fork server, once for all benchmarks of a commit."""

import os

from . import cores

_ASKED = "GWAS_PRELOAD"  # the number of cores that the server's benchmarks will use


def preload(classes):
    """Load those tools that GWAS_TOOLS names, as a benchmark on GWAS_PRELOAD cores sees them.

    Nothing is started and nothing computed: threads and JVMs do not survive a fork.
    """
    # removed first: fresh processes are to import for themselves
    count = os.environ.pop(_ASKED, None)
    if count is None:
        return
    try:
        cores.take(int(count))
    except NotImplementedError:
        return  # the benchmarks themselves answer n/a
    here = os.environ.get("GWAS_TOOLS", "").split(",")
    for cls in classes:
        if cls.tool in here:
            cls.load()
