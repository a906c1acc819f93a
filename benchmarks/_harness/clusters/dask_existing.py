"""An existing Dask cluster, and the checks before it is measured."""

import os
from pathlib import Path

from .. import page_cache
from . import nodes
from .dask_local import ADDRESS, SETTINGS, as_variables, close
from .nodes import ClusterError


class Existing:
    """A cluster whose scheduler's address is in GWAS_DASK_SCHEDULER."""

    processes = None

    def __init__(self, layout, settings, paths, scratch):
        self.address = os.environ[ADDRESS]
        self.layout, self._settings = layout, settings
        self._paths, self._scratch = paths, scratch

    def start(self):
        """Connect, and check what would make a run fail, or measure something else."""
        nodes.require_answer(self.address, ADDRESS, "tcp", "tls")
        import dask
        from distributed import Client

        dask.config.set(self._settings)
        try:
            self.client = Client(self.address, timeout=15, set_as_default=True)
        except (OSError, ValueError) as error:
            raise ClusterError(
                "{} ({}) is no Dask scheduler: {}".format(self.address, ADDRESS, error)
            ) from None
        workers = {}
        for worker, threads in self.client.nthreads().items():
            workers.setdefault(worker.rpartition(":")[0], []).append(threads)
        nodes.require_layout(self.layout, workers, self.address)
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
        # sends no code, so it works between different Pythons too
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
        expected = _with_defaults(self._settings)

        def read(keys):
            import dask

            return {key: dask.config.get(key, None) for key in keys}

        keys = list(expected)
        workers = {"worker " + who: has for who, has in self.client.run(read, keys).items()}
        scheduler = self.client.run_on_scheduler(read, keys)
        for who, has in [("the scheduler", scheduler), *sorted(workers.items())]:
            for key, value in expected.items():
                if has[key] != value and _uses(key, scheduler=who == "the scheduler"):
                    raise NotImplementedError(
                        "{} of {} at {} is {!r}, this benchmark needs {!r}: start the cluster "
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

        files = [self._paths.zarr, self._paths.phenotypes, str(token)]
        missing = self.client.run(lacking, files)
        token.unlink()
        for worker, files in missing.items():
            if files:
                raise ClusterError(
                    "worker {} does not see {}: GWAS_DATASETS and GWAS_WORK must be on a file "
                    "system that all nodes share, at the same path".format(worker, files[0])
                )


def _with_defaults(settings):
    """A value for each setting that some preset changes: the preset's, or Dask's default."""
    import dask
    import distributed  # noqa: F401  (it brings the defaults)

    own = dask.config.merge(*dask.config.defaults)
    return {
        key: settings.get(key, dask.config.get(key, None, config=own)) for key in SETTINGS["study"]
    }


def _uses(key, scheduler):
    """Whether the scheduler (else: a worker) reads this setting in its own process."""
    if key.startswith("distributed.comm."):
        return True
    # the scheduler does the rebalancing, although the setting is named after workers
    of_workers = key.startswith("distributed.worker.") and ".rebalance." not in key
    return of_workers is not scheduler


def _by_package(entry):
    """Versions of Python and of packages in Dask's description of a process."""
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

        versions = {}
        for name in names:
            try:
                versions[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                versions[name] = None
        return versions

    return installed


def _differences(mine, others):
    return [
        "{} has {} {}, here is {}".format(who, name, theirs.get(name), version)
        for who, theirs in sorted(others.items())
        for name, version in mine.items()
        if theirs.get(name) != version
    ]
