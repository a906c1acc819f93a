"""PCA: the first ten principal components of the samples, from the common variants.

All four scale each variant by its allele frequency (Patterson 2006), use the variants with a
minor allele frequency above 0.05, and need no other input.
"""

from . import _harness

version = "1"


class Sgkit(_harness.Sgkit):
    def open(self, paths):
        import sgkit as sg

        return sg.load_dataset(paths.zarr)

    def compute(self, ds):
        import sgkit as sg

        frequency = sg.variant_stats(ds).variant_allele_frequency[:, 1].values
        ds = ds.isel(variants=(frequency > 0.05) & (frequency < 0.95))
        ds = sg.stats.pca.count_call_alternate_alleles(ds)
        ds["call_alternate_allele_count"] = ds.call_alternate_allele_count.chunk(
            {"variants": 4000, "samples": -1}  # the exact algorithm wants one block of samples
        )
        return sg.pca(ds, n_components=10, merge=False)[["sample_pca_projection"]]

    def write(self, result, path):
        result.to_zarr(path)


class Hail(_harness.Hail):
    def open(self, paths):
        import hail as hl

        return hl.read_matrix_table(paths.mt)

    def compute(self, mt):
        import hail as hl

        mt = hl.variant_qc(mt)
        frequency = mt.variant_qc.AF[1]
        mt = mt.filter_rows((frequency > 0.05) & (frequency < 0.95))
        _, scores, _ = hl.hwe_normalized_pca(mt.GT, k=10)
        return scores

    def write(self, result, path):
        result.write(path)


class Plink(_harness.Plink):
    def command(self, paths):
        # PLINK also keeps a frequency that equals its limit, the others do not
        return ["--maf", "0.050001", "--pca", "10"]


class Plink2(_harness.Plink2):
    def command(self, paths):
        return ["--maf", "0.050001", "--pca", "10"]  # without `approx` it is exact
