"""Hardy-Weinberg: exact test of each variant, and the variants to keep for a GWAS.

Kept are those with p > 1e-6 and an allele frequency > 0.01. Hail's and PLINK 2's p is the mid-p,
and PLINK 1.9's --maf takes the frequency of the rarer allele: the checks know both.
"""

from . import _harness

version = "1"


class Sgkit(_harness.Sgkit):
    def open(self, paths):
        import sgkit as sg

        return sg.load_dataset(paths.zarr)

    def compute(self, ds):
        import sgkit as sg

        ds = sg.hardy_weinberg_test(sg.variant_stats(ds))
        frequency = ds.variant_allele_frequency[:, 1]
        kept = (frequency > 0.01) & (ds.variant_hwe_p_value > 1e-6)
        # one lazy dataset, written at once: the genotypes need to be read only once
        return ds.assign(variant_kept=kept)[["variant_hwe_p_value", "variant_kept"]]

    def write(self, result, path):
        result.to_zarr(path)


class Hail(_harness.Hail):
    def open(self, paths):
        import hail as hl

        return hl.read_matrix_table(paths.mt)

    def compute(self, mt):
        import hail as hl

        mt = hl.variant_qc(mt)
        p = mt.variant_qc.p_value_hwe
        kept = (mt.variant_qc.AF[1] > 0.01) & (p > 1e-6)
        return mt.select_rows(hwe_p=p, kept=kept).rows()

    def write(self, result, path):
        result.write(path)


class Plink(_harness.Plink):
    def command(self, paths):
        return ["--hardy", "--hwe", "1e-6", "--maf", "0.01", "--write-snplist"]


class Plink2(_harness.Plink2):
    def command(self, paths):
        # nref: the alternate allele's frequency, whichever allele is rarer
        return [
            *("--hardy", "midp", "--hwe", "1e-6", "midp", "--maf", "0.01", "nref"),
            "--write-snplist",
        ]
