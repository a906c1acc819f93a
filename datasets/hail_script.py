"""Write or export a MatrixTable; Hail's own Python (3.8 or later) runs this script."""

import os
import shlex
import sys


def main(action: str, source: str, target: str, partitions: str = "1", back: str = "") -> None:
    start()
    import hail as hl

    if action == "import-vcf":
        hl.import_vcf(source, reference_genome="GRCh37").write(target, overwrite=True)
    elif action == "write":
        # A2 of the BIM is the reference: alleles become [REF, ALT], and GT counts A1 = ALT
        mt = hl.import_plink(
            bed=source + ".bed",
            bim=source + ".bim",
            fam=source + ".fam",
            min_partitions=int(partitions),
            a2_reference=True,
            reference_genome="GRCh37",
            contig_recoding={},
            skip_invalid_loci=False,
        )
        mt.write(target, overwrite=True)
        export(target, back)
    else:
        export(source, target)


def export(source: str, target: str) -> None:
    import hail as hl

    mt = hl.read_matrix_table(source)
    hl.export_plink(mt, target, fam_id=mt.s, ind_id=mt.s, varid=hl.variant_str(mt.row_key))


def start() -> None:
    scratch = os.environ["HAIL_SCRATCH"]
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": scratch,
    }
    # PySpark reads this when it starts the JVM; for some settings hl.init is too late
    memory = ["--driver-memory", os.environ["HAIL_DRIVER_MEMORY"]]
    chosen = [word for item in settings.items() for word in ("--conf", "{}={}".format(*item))]
    os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join([*memory, *chosen, "pyspark-shell"])
    import hail as hl

    hl.init(
        master="local[{}]".format(os.environ["HAIL_CORES"]),
        spark_conf=settings,
        quiet=True,
        log=os.path.join(scratch, "hail.log"),
        tmp_dir=os.path.join(scratch, "tmp"),
        local_tmpdir="file://" + os.path.join(scratch, "tmp"),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
