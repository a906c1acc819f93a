"""Association: linear regression of a trait on each variant, with age, sex and ten PCs."""

from . import _harness

version = "2"

COVARIATES = ["age", "sex"] + ["PC{}".format(i) for i in range(1, 11)]


class Sgkit(_harness.Sgkit):
    def open(self, paths):
        import pandas as pd
        import sgkit as sg

        ds = sg.load_dataset(paths.zarr)
        # both tables are in the order of the samples
        traits = pd.read_csv(paths.phenotypes, sep="\t")
        covariates = pd.read_csv(paths.covariates, sep="\t")
        return ds.assign(
            call_dosage=ds.call_genotype.sum("ploidy"),
            y_h2=("samples", traits["y_h2"].values),
            sample_covariates=(("samples", "covariates"), covariates[COVARIATES].values),
        )

    def compute(self, ds):
        import sgkit as sg

        ds = sg.gwas_linear_regression(
            ds, dosage="call_dosage", covariates="sample_covariates", traits="y_h2"
        )
        return ds[["variant_linreg_beta", "variant_linreg_p_value"]]

    def write(self, result, path):
        result.to_zarr(path)


class Hail(_harness.Hail):
    def open(self, paths):
        import hail as hl

        mt = hl.read_matrix_table(paths.mt)
        text = {"FID": hl.tstr, "IID": hl.tstr}
        traits = hl.import_table(paths.phenotypes, impute=True, types=text, key="IID")
        covariates = hl.import_table(paths.covariates, impute=True, types=text, key="IID")
        return mt.annotate_cols(y_h2=traits[mt.s].y_h2, covariates=covariates[mt.s])

    def compute(self, mt):
        import hail as hl

        return hl.linear_regression_rows(
            y=mt.y_h2,
            x=mt.GT.n_alt_alleles(),
            covariates=[1.0] + [hl.float64(mt.covariates[name]) for name in COVARIATES],
        )

    def write(self, result, path):
        result.write(path)


class Plink(_harness.Plink):
    def command(self, paths):
        return [
            *("--linear", "hide-covar", "--keep-allele-order", "--allow-no-sex"),
            # by default it gives no answer for variants that the PCs explain to 98 %
            *("--vif", "1000000"),
            *("--pheno", paths.phenotypes, "--pheno-name", "y_h2"),
            *("--covar", paths.covariates, "--covar-name", ",".join(COVARIATES)),
        ]


class Plink2(_harness.Plink2):
    def command(self, paths):
        return [
            # omit-ref: the effect of ALT, also where ALT is the more common allele
            *("--glm", "hide-covar", "omit-ref", "--vif", "1000000", "--max-corr", "1"),
            *("--pheno", paths.phenotypes, "--pheno-name", "y_h2"),
            *("--covar", paths.covariates, "--covar-name", ",".join(COVARIATES)),
            "--covar-variance-standardize",  # it refuses covariates of very different scales
        ]
