"""LD pruning: a subset of the variants in which no two near each other have r2 > 0.2.

Near is within 100 variants in Sgkit and both PLINKs, within 1 Mb in Hail, which has no other
window. Which of two variants goes also differs: Sgkit keeps the first, the others the one with
the higher minor allele frequency. So the checks ask for the property, not for one list.
"""

from . import _harness

version = "1"


class Sgkit(_harness.Sgkit):
    def open(self, paths):
        import sgkit as sg

        return sg.load_dataset(paths.zarr)

    def compute(self, ds):
        import sgkit as sg

        dosage = ds.call_genotype.sum("ploidy")
        ds = ds.assign(call_dosage=dosage.astype("int8").chunk({"samples": -1}))
        # step=1 compares all pairs within 100 variants, as PLINK does; windows stay in a contig
        ds = sg.window_by_variant(ds, size=100, step=1)
        pruned = sg.ld_prune(ds, dosage="call_dosage", threshold=0.2)
        return pruned[["variant_contig", "variant_position"]]

    def write(self, result, path):
        result.compute().to_zarr(path)


class Hail(_harness.Hail):
    def open(self, paths):
        import hail as hl

        return hl.read_matrix_table(paths.mt)

    def compute(self, mt):
        import hail as hl

        return hl.ld_prune(mt.GT, r2=0.2, bp_window_size=1000000, memory_per_core=512)

    def write(self, result, path):
        result.write(path)


class Plink(_harness.Plink):
    def command(self, paths):
        return ["--indep-pairwise", "100", "1", "0.2"]


class Plink2(_harness.Plink2):
    def command(self, paths):
        return ["--indep-pairwise", "100", "1", "0.2"]
