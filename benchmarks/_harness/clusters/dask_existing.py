"""A Dask cluster that is there already, and what is checked before it is measured."""

import os
from pathlib import Path

from .. import page_cache
from . import nodes
from .dask_local import ADDRESS, SETTINGS, as_variables, close
from .nodes import ClusterError


class Existing:
    """A cluster whose scheduler's address is in GWAS_DASK_SCHEDULER."""

    processes = None

    def __init__(self, wanted, settings, paths, scratch):
        self.address = os.environ[ADDRESS]
        self.wanted, self._settings = wanted, settings
        self._paths, self._scratch = paths, scratch

    def start(self):
        """Connect, and check all that could make a run fail or mean something else."""
        nodes.require_answer(self.address, ADDRESS, "tcp", "tls")
        import dask
        from distributed import Client

        dask.config.set(self._settings)
        try:
            self.client = Client(self.address, timeout=15, set_as_default=True)
        except (OSError, ValueError) as error:
            raise ClusterError(
                "what answers at {} ({}) is no Dask scheduler: {}".format(
                    self.address, ADDRESS, error
                )
            ) from None
        found = {}
        for worker, threads in self.client.nthreads().items():
            found.setdefault(worker.rpartition(":")[0], []).append(threads)
        nodes.require_layout(self.wanted, found, self.address)
        self._require_versions()
        self._require_settings()
        self._require_files()

    def make_cold(self, folder):
        text = Path(page_cache.__file__).read_text(encoding="utf-8")

        def evict(text, folder):
            names = {}
            exec(text, names)
            names["evict"](folder)

        self.client.run(evict, text, str(folder))

    def stop(self):
        if getattr(self, "client", None) is not None:
            close(self.client)

    def _require_versions(self):
        # this sends no code, so it also works where the Pythons differ
        versions = self.client.get_versions(check=False)
        mine = _by_package(versions["client"])
        others = dict(versions["workers"], scheduler=versions["scheduler"])
        differences = _differences(mine, {who: _by_package(v) for who, v in others.items()})
        if not differences:
            names = ("sgkit", "zarr", "numcodecs", "xarray", "numba")
            differences = _differences(
                _installed(names), self.client.run(_installed_function(), names)
            )
        if differences:
            raise ClusterError(
                "{}: versions differ from those here: {}".format(
                    self.address, "; ".join(differences)
                )
            )

    def _require_settings(self):
        wanted = _with_defaults(self._settings)

        def read(keys):
            import dask

            return {key: dask.config.get(key, None) for key in keys}

        keys = list(wanted)
        found = {"worker " + who: has for who, has in self.client.run(read, keys).items()}
        scheduler = self.client.run_on_scheduler(read, keys)
        for who, has in [("the scheduler", scheduler), *sorted(found.items())]:
            for key, value in wanted.items():
                if has[key] != value and _heeds(key, scheduler=who == "the scheduler"):
                    raise NotImplementedError(
                        "{} of {} at {} is {!r}, and this point is about {!r}: start the cluster "
                        "with {}={}".format(
                            *(key, who, self.address, has[key], value),
                            *as_variables({key: value}).popitem(),
                        )
                    )

    def _require_files(self):
        token = self._scratch / "seen-by-workers"
        token.write_text("")

        def lacking(files):
            import os

            return [file for file in files if not os.path.exists(file)]

        wanted = [self._paths.zarr, self._paths.phenotypes, str(token)]
        missing = self.client.run(lacking, wanted)
        token.unlink()
        for worker, files in missing.items():
            if files:
                raise ClusterError(
                    "worker {} does not see {}: GWAS_DATASETS and GWAS_WORK must be on a file "
                    "system that all nodes share, at the same path".format(worker, files[0])
                )


def _with_defaults(settings):
    """The value of each setting that any point is about: Dask's own where this one has none."""
    import dask
    import distributed  # noqa: F401  (it brings the defaults)

    own = dask.config.merge(*dask.config.defaults)
    return {
        key: settings.get(key, dask.config.get(key, None, config=own)) for key in SETTINGS["study"]
    }


def _heeds(key, scheduler):
    """Whether the scheduler, or else a worker, goes by this setting in its own process."""
    if key.startswith("distributed.comm."):
        return True
    # rebalancing is the scheduler's, whatever it is called
    of_workers = key.startswith("distributed.worker.") and ".rebalance." not in key
    return of_workers is not scheduler


def _by_package(entry):
    """Python's and the packages' versions in what Dask tells of a process."""
    host = {key: value for key, value in dict(entry["host"]).items() if key == "python"}
    names = ("dask", "distributed", "numpy", "cloudpickle", "msgpack")
    packages = dict(entry["packages"])
    return dict(host, **{name: packages.get(name) for name in names})


def _installed(names):
    return _installed_function()(names)


def _installed_function():
    """A function that a worker can run without our code."""

    def installed(names):
        from importlib import metadata

        found = {}
        for name in names:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = None
        return found

    return installed


def _differences(mine, others):
    return [
        "{} has {} {}, here is {}".format(who, name, theirs.get(name), version)
        for who, theirs in sorted(others.items())
        for name, version in mine.items()
        if theirs.get(name) != version
    ]
