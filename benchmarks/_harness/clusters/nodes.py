"""Layouts: nodes, workers and threads of a cluster, and their CPUs on this machine."""

import os
import re
import socket
from collections import namedtuple

from .. import cores

NODES = [1, 2, 4, 8]
# workers x threads of a node. The study had 8x5 and 40x1; `any` takes an existing cluster as it is
LAYOUTS = ["1x1", "1x2", "2x1", "8x5", "40x1", "any"]

SHARE = "GWAS_NODES_SHARE_CORES"  # 1: all nodes share one core. For tests: timings mean nothing

Layout = namedtuple("Layout", "nodes workers threads")  # workers of a node, threads of a worker


class ClusterError(RuntimeError):
    """A cluster is unreachable, does not start or does not fit; the message says what to do."""


def layout_of(nodes, text):
    """The Layout of the parameters `nodes` and `layout`; `any` leaves workers and threads None."""
    if text == "any":
        return Layout(nodes, None, None)
    workers, threads = text.split("x")
    return Layout(nodes, int(workers), int(threads))


def describe(layout):
    """A Layout in words."""
    if layout.workers is None:
        return "{} node(s)".format(layout.nodes)
    return "{} node(s) of {} worker(s) with {} thread(s)".format(*layout)


def node_cpus(layout):
    """The CPUs of each node of a local cluster; NotImplementedError when there are too few.

    Each thread of a worker has a physical core to itself. Otherwise threads compete for cores,
    and the timing says nothing about the layout.
    """
    if layout.workers is None:
        raise NotImplementedError("the layout `any` needs an existing cluster")
    size = layout.workers * layout.threads
    if os.environ.get(SHARE) == "1":
        return [cores.choose(1)] * layout.nodes
    try:
        cpus = cores.choose(layout.nodes * size)
    except NotImplementedError as too_few:
        raise NotImplementedError("{}: {}".format(describe(layout), too_few)) from None
    return [cpus[i * size : (i + 1) * size] for i in range(layout.nodes)]


def require_answer(address, variable, *schemes):
    """ClusterError when nothing listens at an address: the engine itself would wait a minute."""
    match = re.match(r"({})://([^:/,]+):(\d+)$".format("|".join(schemes)), address)
    if match is None:
        raise ClusterError("{} is {!r}: give {}://host:port".format(variable, address, schemes[0]))
    try:
        socket.create_connection((match.group(2), int(match.group(3))), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            "nothing answers at {} ({}): {}".format(address, variable, error)
        ) from None


def require_layout(layout, workers, address):
    """NotImplementedError when an existing cluster does not have the layout of a benchmark.

    `workers` has the number of threads of each worker, by host.
    """
    fits = len(workers) == layout.nodes and all(
        layout.workers is None or threads == [layout.threads] * layout.workers
        for threads in workers.values()
    )
    if not fits:
        here = ", ".join(
            "{}: {}".format(host, threads) for host, threads in sorted(workers.items())
        )
        raise NotImplementedError(
            "this benchmark needs {}; {} has these threads by host: {}".format(
                describe(layout), address, here or "none"
            )
        )


def machine_memory():
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
