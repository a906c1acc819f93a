"""What is said of a Dask cluster that is there already; prints it as JSON, by case.

    env/py3.12-.../bin/python tests/benchmarks/existing_dask.py FOLDER

Run by test_existing_clusters.py in an environment with Sgkit and distributed. The cluster has the
settings `study`, but for one of its worker's.
"""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks._harness.clusters import dask_existing, dask_local, nodes

WANTED = nodes.layout_of(1, "1x1")
STUDY = dask_local.SETTINGS["study"]
ODD = dict(STUDY, **{"distributed.worker.memory.pause": 0.5})


class Cluster(dask_local.Local):
    """A cluster whose worker pauses early."""

    def _start_worker(self, *place):
        self._settings = ODD
        super()._start_worker(*place)


def said(settings, paths, scratch):
    cluster = dask_existing.Existing(WANTED, settings, paths, scratch)
    try:
        cluster.start()
        return "fits"
    except (NotImplementedError, nodes.ClusterError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        cluster.stop()


def temporary():
    import dask

    return dask.config.get("temporary-directory")


def main():
    folder = Path(sys.argv[1])
    here = SimpleNamespace(zarr=str(folder), phenotypes=str(folder))
    cluster = Cluster(WANTED, STUDY, folder / "cluster")
    cluster.start()
    try:
        os.environ[dask_local.ADDRESS] = cluster.address
        cases = {
            "study": said(STUDY, here, folder),
            "default": said(dask_local.SETTINGS["default"], here, folder),
            "odd": said(ODD, here, folder),
            "missing": said(ODD, SimpleNamespace(zarr="/no", phenotypes="/no"), folder),
            "temporary": cluster.client.run_on_scheduler(temporary),
        }
    finally:
        cluster.stop()
    print(json.dumps(cases))


if __name__ == "__main__":
    main()
