"""Allele frequency: how often the alternate allele of each variant occurs."""

from . import _harness

version = "1"


class Sgkit(_harness.Sgkit):
    def open(self, paths):
        import sgkit as sg

        return sg.load_dataset(paths.zarr)

    def compute(self, ds):
        import sgkit as sg

        # variant_stats offers more than this; only what is selected gets computed
        return sg.variant_stats(ds)[["variant_allele_frequency"]]

    def write(self, result, path):
        result.to_zarr(path)


class Hail(_harness.Hail):
    def open(self, paths):
        import hail as hl

        return hl.read_matrix_table(paths.mt)

    def compute(self, mt):
        import hail as hl

        mt = hl.variant_qc(mt)
        return mt.select_rows(allele_frequency=mt.variant_qc.AF[1]).rows()

    def write(self, result, path):
        result.write(path)


class Plink(_harness.Plink):
    def command(self, paths):
        # --keep-allele-order: PLINK counts A1, which is ALT in these files; it would swap
        return ["--freq", "--keep-allele-order"]


class Plink2(_harness.Plink2):
    def command(self, paths):
        return ["--freq", "counts"]  # of ALT; frequencies would be rounded
