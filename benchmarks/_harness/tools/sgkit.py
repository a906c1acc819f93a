"""Sgkit: Zarr stores, Dask's threads on the given cores, graph tasks and chunk reads counted.

Its results are Zarr, in the data set's order.
"""

import hashlib
import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path

from .. import observations
from ..native import NativeTask

NO_JIT_CACHE = "SGKIT_DISABLE_NUMBA_CACHE"


class Sgkit(NativeTask):
    """A task in Sgkit."""

    tool = "sgkit"
    label = "Sgkit"
    colour = "#0072B2"

    format = "zarr"
    tolerance = {
        "allele_frequency": 1e-12,
        "hardy_weinberg": 1e-6,
        "ld_prune": 1e-5,
        "pca": 1e-4,
        "association": 1e-6,
    }
    pruning = ("variants", "kept")

    def track_graph_tasks(self, *values):
        return observations.of(self)["graph_tasks"]

    def track_input_reads(self, *values):
        return observations.of(self)["input_reads"]

    @staticmethod
    def load():
        os.environ.setdefault(NO_JIT_CACHE, "0")  # warm timings take functions from numba's cache
        import sgkit  # noqa: F401  (what it compiles at import belongs to the start)

    def start(self):
        self.load()
        import dask

        # a profiler sees one thread only
        scheduler = "synchronous" if os.environ.get("GWAS_PROFILE") else "threads"
        dask.config.set(scheduler=scheduler, num_workers=self.cores)

    def try_out(self):
        import sgkit as sg

        ds = sg.simulate_genotype_call_dataset(n_variant=20, n_sample=10)
        sg.variant_stats(ds)[["variant_allele_frequency"]].to_zarr("check.zarr")

    def warm_up(self):
        super().warm_up()
        self._note_primed()

    def prime(self):
        # compiling takes memory, so the measured process is to find its functions in the cache
        marker = self.primed_marker()
        if marker and not marker.exists():
            self.run_child(self.warm_environment()).finish()
            self._note_primed()

    def primed_marker(self):
        """The file that exists once numba's cache has the task's functions; None without cache."""
        if "NUMBA_CACHE_DIR" not in os.environ:
            return None
        # numba keys its cache by the path of the source, and installations share the folder
        source = importlib.util.find_spec("sgkit").origin
        digest = hashlib.sha256(source.encode()).hexdigest()[:8]
        return Path(os.environ["NUMBA_CACHE_DIR"], "primed-{}-{}".format(self.task(), digest))

    def _note_primed(self):
        """Record that the task has run, in this process or in a child."""
        marker = self.primed_marker()
        if marker and os.environ.get(NO_JIT_CACHE) != "1":
            marker.parent.mkdir(parents=True, exist_ok=True)
            marker.touch()

    def warm_environment(self):
        return dict(os.environ, **{NO_JIT_CACHE: "0"})

    def cold_environment(self, folder):
        # "1" is Sgkit's default since 0.8.0; before, it used numba's cache
        return dict(os.environ, NUMBA_CACHE_DIR=folder, **{NO_JIT_CACHE: "1"})

    def persist(self, dataset):
        return dataset.persist()

    def release(self, dataset):
        pass  # memory is freed with its last reference

    def force(self, result):
        return result.compute()

    def hold(self, result):
        return result.persist()

    @contextmanager
    def watched(self):
        counts = {}
        chunks = _ChunkReads(os.path.join(self.paths.zarr, "call_genotype"))
        with _graph_tasks() as count:
            yield counts
        counts["graph_tasks"] = sum(count)
        counts["input_reads"] = chunks.opened_bytes / chunks.stored_bytes


def allele_frequency(out):
    return {"frequency": _array(out, "variant_allele_frequency")[:, 1]}


def hardy_weinberg(out):
    return {"p": _array(out, "variant_hwe_p_value"), "kept": _array(out, "variant_kept")}


def ld_prune(out):
    contig, position = _array(out, "variant_contig"), _array(out, "variant_position")
    return {"kept_places": list(zip(contig.tolist(), position.tolist()))}


def pca(out):
    return {"scores": _array(out, "sample_pca_projection")}


def association(out):
    return {
        "beta": _array(out, "variant_linreg_beta")[:, 0],
        "p": _array(out, "variant_linreg_p_value")[:, 0],
    }


def _array(out, name):
    import zarr

    return zarr.open_group(out, mode="r")[name][:]


def caches_by_itself():
    """Whether this release of Sgkit uses numba's cache by default."""
    spec = importlib.util.find_spec("sgkit.accelerate")
    if spec is None:
        return True  # before 0.6.0 there was no switch
    setting = os.environ.pop(NO_JIT_CACHE, None)
    try:
        fresh = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(fresh)
    finally:
        if setting is not None:
            os.environ[NO_JIT_CACHE] = setting
    return fresh.DEFAULT_NUMBA_ARGS["cache"]


def choose_jit_cache(cached):
    """Turn numba's cache on or off, in this process and in new ones.

    load() has turned it on, possibly in the fork server that this process comes from. A function
    that is sent to a Dask worker carries the setting: the worker takes it from the cache, or
    compiles it at import and again for each task that it unpickles.
    """
    os.environ[NO_JIT_CACHE] = "0" if cached else "1"
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "sgkit":
            for value in vars(module).values():
                if type(value).__name__ == "GUFunc":
                    value.cache = cached
    # for functions of modules that Sgkit imports later
    accelerate = sys.modules.get("sgkit.accelerate")
    if accelerate is not None:
        accelerate.DEFAULT_NUMBA_ARGS["cache"] = cached


@contextmanager
def _graph_tasks():
    """The number of tasks in each graph that Dask executes, after optimisation."""
    from dask.callbacks import Callback

    count = []
    with Callback(start=lambda graph: count.append(len(graph))):
        yield count


class _ChunkReads:
    """Counts the bytes of an array's chunk files that this process opens, again at each opening.

    Python's audit hook reports each opened file, whichever Zarr version opens it. A hook cannot be
    removed, so this is for a process that ends after one task.
    """

    def __init__(self, array):
        self._sizes = {
            str(file): file.stat().st_size
            for file in Path(array).rglob("*")
            if file.is_file() and not file.name.startswith(".") and file.name != "zarr.json"
        }
        self.stored_bytes = sum(self._sizes.values())
        self.opened_bytes = 0
        sys.addaudithook(self._see)

    def _see(self, event, arguments):
        if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
            self.opened_bytes += self._sizes.get(os.path.abspath(str(arguments[0])), 0)
