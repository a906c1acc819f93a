"""How many functions numba compiles in a Dask worker each time Sgkit computes the same thing.

    env/py3.12-.../bin/python tests/benchmarks/numba_on_dask.py [CHUNKS]

Run by an environment that has Sgkit and distributed (`asv run` makes them below env/); it needs
nothing else of the tracker. Prints seconds and compilations of three calls on one worker of one
thread, and the seconds on Dask's threads. Compilations are numba's own events
(numba.core.event, the pass "native_lowering"), counted in the worker.
"""

import builtins
import sys
import time
from collections import Counter

VARIANTS, SAMPLES = 2000, 500


def listen():
    """Begin to record numba's compiler passes in this process."""
    from numba.core import event

    builtins.numba_passes = event.RecordingListener()
    event.register("numba:run_pass", builtins.numba_passes)


def compiled():
    """What was compiled in this process since the last call, by function."""
    passes = [one for _, one in builtins.numba_passes.buffer if one.is_start]
    builtins.numba_passes.buffer.clear()
    names = [one.data["name"] for one in passes]
    return Counter(
        name.split()[-1].strip("[]") for name in names if name.startswith("native_lowering")
    )


def main():
    """Compute allele frequencies on threads and on a worker process."""
    import sgkit as sg
    from dask.distributed import Client, LocalCluster

    chunks = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    ds = sg.simulate_genotype_call_dataset(n_variant=VARIANTS, n_sample=SAMPLES, seed=1)
    ds = ds.chunk({"variants": VARIANTS // chunks})

    def call():
        start = time.perf_counter()
        sg.variant_stats(ds)[["variant_allele_frequency"]].compute()
        return f"{time.perf_counter() - start:.2f} s"

    print(f"{chunks} chunks; on threads, first and second call: {call()}, {call()}")
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        client.run(listen)
        for number in range(1, 4):
            seconds = call()
            (found,) = client.run(compiled).values()
            print(f"on a worker, call {number}: {seconds}, compiled {dict(found)}")


if __name__ == "__main__":
    main()
