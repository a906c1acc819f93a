"""Hail: MatrixTables, one local Spark on the given cores, no network.

Its tables are sorted by key, so answers name their variants and samples.
"""

import os
import shlex
import shutil

from .. import data
from ..native import NativeTask

# enough for 100,000 variants x 2,504 samples, and half of a small machine
_DRIVER_MEMORY = "6g"


class Hail(NativeTask):
    """A task in Hail."""

    tool = "hail"
    label = "Hail"
    colour = "#D55E00"

    format = "mt"
    # the JVM compiles what it has seen often: the first calls take twice as long
    warmup_time = 5.0
    tolerance = {
        "allele_frequency": 1e-12,
        "hardy_weinberg": 1e-6,
        "ld_prune": 1e-5,
        "pca": 1e-6,
        "association": 1e-6,
    }
    pruning = ("base pairs", "any")
    hwe_p = "hwe_p_mid"

    context = None  # Spark's, once it has started

    @staticmethod
    def load():
        import hail  # noqa: F401  (start() starts its JVM)

    def start(self):
        scratch = _scratch()
        master, chosen = self.spark()
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.local.dir": str(scratch),
            **chosen,
        }
        # PySpark reads this when it starts the JVM; for some settings hl.init is too late
        os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(settings)
        if chosen.get("spark.driver.host") == "127.0.0.1":
            os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        import hail as hl

        options = {
            "quiet": True,
            "log": str(scratch / "hail.log"),
            "tmp_dir": str(scratch / "tmp"),
            "local_tmpdir": "file://" + str(scratch / "tmp"),
        }
        hl.stop()  # a context that was started earlier in this process
        if os.environ.get("GWAS_HAIL_JAVA_SHIM") == "1":
            hl.init(sc=_context_of_java_11(master, settings), **options)
        else:
            hl.init(master=master, spark_conf=settings, **options)
        self.context = hl.spark_context()

    def spark(self):
        """The master of the Spark to run on, and the settings that it needs."""
        host = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        return "local[{}]".format(self.cores), host

    def stop(self):
        # not hl.stop(): it waits 10 s for its web server. The JVM ends with this process. The
        # context is our own reference: asking Hail for one would start it
        if self.context is not None:
            self.context.stop()

    def try_out(self):
        import hail as hl

        self.cores = 1
        self.start()
        assert hl.utils.range_table(10).count() == 10

    def persist(self, dataset):
        dataset = dataset.persist()
        dataset._force_count_rows()
        return dataset

    def release(self, dataset):
        if dataset is not None:
            dataset.unpersist()

    def hold(self, result):
        result = result.persist()
        result._force_count()
        return result

    def force(self, result):
        # computes every field of every row, as Hail's own benchmarks do
        return result._force_count()


def allele_frequency(out):
    return _variants(out, frequency="allele_frequency")


def hardy_weinberg(out):
    return _variants(out, p="hwe_p", kept="kept")


def ld_prune(out):
    return {"kept_names": _variants(out)["variants"]}


def pca(out):
    import hail as hl

    rows = hl.read_table(out).collect()
    return {"samples": [row.s for row in rows], "scores": [row.scores for row in rows]}


def association(out):
    return _variants(out, beta="beta", p="p_value")


def _variants(out, **fields):
    """Columns under our names, and the variants as CONTIG:POS:REF:ALT."""
    import hail as hl

    table = hl.read_table(out)
    rows = table.select(
        variant=hl.variant_str(table.locus, table.alleles),
        **{name: table[field] for name, field in fields.items()},
    ).collect()
    answer = {name: [row[name] for row in rows] for name in fields}
    answer["variants"] = [row.variant for row in rows]
    return answer


def submit_arguments(settings):
    """The settings as PySpark reads them: quoted for a shell, as paths may have blanks."""
    chosen = [word for item in settings.items() for word in ("--conf", "{}={}".format(*item))]
    return shlex.join(["--driver-memory", _DRIVER_MEMORY, *chosen, "pyspark-shell"])


def _scratch():
    """A folder for this process; folders of ended processes are removed."""
    for folder in data.work("hail").iterdir():
        if not os.path.exists("/proc/" + folder.name):
            shutil.rmtree(str(folder), ignore_errors=True)
    return data.work("hail", str(os.getpid()))


def _context_of_java_11(master, settings):
    """A SparkContext that reports Java 11: some releases refuse a Java by its version alone."""
    import hail
    import pyspark

    jar = os.path.join(os.path.dirname(hail.__file__), "backend", "hail-all-spark.jar")
    conf = pyspark.SparkConf().setMaster(master).setAppName("Hail")
    conf.setAll(settings.items())
    conf.set("spark.jars", jar)
    conf.set("spark.driver.extraClassPath", jar)
    conf.set("spark.executor.extraClassPath", "./hail-all-spark.jar")
    conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
    conf.set("spark.kryo.registrator", "is.hail.kryo.HailKryoRegistrator")
    context = pyspark.SparkContext(conf=conf)
    context._jvm.java.lang.System.setProperty("java.version", "11.0.13")
    return context
