"""What Sgkit wrote, as arrays: Zarr, in the data set's order already."""


def allele_frequency(out):
    return {"frequency": _array(out, "variant_allele_frequency")[:, 1]}


def hardy_weinberg(out):
    return {"p": _array(out, "variant_hwe_p_value"), "kept": _array(out, "variant_kept")}


def ld_prune(out):
    contig, position = _array(out, "variant_contig"), _array(out, "variant_position")
    return {"kept_places": list(zip(contig.tolist(), position.tolist()))}


def pca(out):
    return {"scores": _array(out, "sample_pca_projection")}


def association(out):
    return {
        "beta": _array(out, "variant_linreg_beta")[:, 0],
        "p": _array(out, "variant_linreg_p_value")[:, 0],
    }


def _array(out, name):
    import zarr

    return zarr.open_group(out, mode="r")[name][:]
