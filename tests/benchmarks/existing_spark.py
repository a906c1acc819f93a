"""What is said of a Spark cluster that is there already; prints it as JSON, by case.

    JAVA_HOME=... env/py3.8-.../bin/python tests/benchmarks/existing_spark.py FOLDER

Run by test_existing_clusters.py in an environment with Hail. One of the two workers has a file
system of its own in the place of FOLDER/hidden.
"""

import gzip
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks import distributed
from benchmarks._harness.clusters import nodes, spark_existing, spark_local

HIDING = ["unshare", "-Urm", "bash", "-c", 'mount -t tmpfs none "$0" && exec "$@"']


def hide(processes, name, folder):
    """Have the process that is started under a name not see a folder."""
    start = processes.start

    def hidden(started, args, *more):
        return start(started, [*HIDING, folder, *args] if started == name else args, *more)

    processes.start = hidden


def files(folder):
    """What is looked for of a data set, in a folder."""
    mt = folder / "calls.mt"
    mt.mkdir(parents=True)
    with gzip.open(str(mt / "metadata.json.gz"), "wb") as file:
        file.write(b"{}\n")
    phenotypes = folder / "phenotypes.tsv"
    phenotypes.write_text("one\ntwo\n")
    return SimpleNamespace(mt=str(mt), phenotypes=str(phenotypes))


def said(task, **changed):
    """What check() says when attributes of the cluster are others."""
    paths = changed.pop("paths", task.paths)
    before = dict(vars(task.cluster))
    vars(task.cluster).update(changed)
    try:
        task.cluster.check(paths)
        return "fits"
    except (NotImplementedError, nodes.ClusterError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        vars(task.cluster).update(before)


def main():
    folder = Path(sys.argv[1])
    seen, hidden = files(folder / "seen"), files(folder / "hidden")
    local = spark_local.Local(nodes.layout_of(2, "1x1"), folder / "cluster", 600 << 20)
    hide(local.processes, "node1", str(folder / "hidden"))
    local.start()
    try:
        os.environ.update({spark_local.ADDRESS: local.master, "GWAS_WORK": str(folder / "work")})
        os.environ[spark_existing.DRIVER_HOST] = "127.0.0.1"
        task = distributed.Hail()
        task.existing, task.paths, task.layout = True, seen, nodes.layout_of(1, "2x1")
        task.start()
        cases = {
            "fits": "fits",
            "any": said(task, layout=nodes.layout_of(1, "any")),
            "threads": said(task, layout=nodes.layout_of(1, "1x2")),
            "table": said(task, paths=SimpleNamespace(mt=hidden.mt, phenotypes=seen.phenotypes)),
            "scratch": said(task, _scratch=folder / "hidden"),
        }
        spark_existing._spark_here = lambda: "9.9.9"
        cases["version"] = said(task)
        task.stop()
    finally:
        local.stop()
    print(json.dumps(cases))


if __name__ == "__main__":
    main()
