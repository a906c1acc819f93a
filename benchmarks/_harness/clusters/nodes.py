"""Nodes, workers and threads of a cluster, and the CPUs that they get on this machine."""

import os
import re
import socket
from collections import namedtuple

from .. import cores

NODES = [1, 2, 4, 8]
# Workers x threads of a node. The study had 8x5 and 40x1; `any` is an existing cluster as it is.
LAYOUTS = ["1x1", "1x2", "2x1", "8x5", "40x1", "any"]

SHARE = "GWAS_NODES_SHARE_CORES"  # 1: for tests only, what is measured then means nothing

Layout = namedtuple("Layout", "nodes workers threads")  # workers of a node, threads of a worker


class ClusterError(RuntimeError):
    """A cluster that is not there, does not start or does not fit; the message says what to do."""


def layout(nodes, text):
    """The Layout of the parameters `nodes` and `layout`; None of the latter two for `any`."""
    if text == "any":
        return Layout(nodes, None, None)
    workers, threads = text.split("x")
    return Layout(nodes, int(workers), int(threads))


def describe(wanted):
    """A Layout in words."""
    if wanted.workers is None:
        return "{} node(s)".format(wanted.nodes)
    return "{} node(s) of {} worker(s) with {} thread(s)".format(*wanted)


def node_cpus(wanted):
    """The CPUs of each node of a cluster on this machine; NotImplementedError when too few.

    Each thread of a worker has a physical core to itself, or the point would mean nothing.
    """
    if wanted.workers is None:
        raise NotImplementedError("the layout `any` is for a cluster that is there already")
    size = wanted.workers * wanted.threads
    if os.environ.get(SHARE) == "1":
        return [cores.choose(1)] * wanted.nodes
    try:
        cpus = cores.choose(wanted.nodes * size)
    except NotImplementedError as too_few:
        raise NotImplementedError("{}: {}".format(describe(wanted), too_few)) from None
    return [cpus[i * size : (i + 1) * size] for i in range(wanted.nodes)]


def require_answer(address, variable, *schemes):
    """ClusterError when nothing listens at an address: engines would wait for it a minute."""
    place = re.match(r"({})://([^:/,]+):(\d+)$".format("|".join(schemes)), address)
    if place is None:
        raise ClusterError(
            "{} is {!r}, which is no {}://host:port".format(variable, address, schemes[0])
        )
    try:
        socket.create_connection((place.group(2), int(place.group(3))), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            "nothing answers at {} ({}): {}".format(address, variable, error)
        ) from None


def require_layout(wanted, found, address):
    """NotImplementedError when an existing cluster is not of the layout that a point is about.

    `found` holds the number of threads of each worker, by host.
    """
    fits = len(found) == wanted.nodes and all(
        wanted.workers is None or threads == [wanted.threads] * wanted.workers
        for threads in found.values()
    )
    if not fits:
        here = ", ".join("{}: {}".format(host, threads) for host, threads in sorted(found.items()))
        raise NotImplementedError(
            "this point is {}; {} has these threads by host: {}".format(
                describe(wanted), address, here or "none"
            )
        )


def machine_memory():
    """Bytes of memory that this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
