"""What Hail wrote, as arrays: tables sorted by key, so variants and samples come named."""


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
    """Columns by our name for them, and the variants as CONTIG:POS:REF:ALT."""
    import hail as hl

    table = hl.read_table(out)
    rows = table.select(
        variant=hl.variant_str(table.locus, table.alleles),
        **{name: table[field] for name, field in fields.items()},
    ).collect()
    answer = {name: [row[name] for row in rows] for name in fields}
    answer["variants"] = [row.variant for row in rows]
    return answer
