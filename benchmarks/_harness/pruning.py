"""Whether a list of kept variants is a right answer to LD pruning.

Tools keep different variants, so two properties are checked, over the pairs that the tool calls
near:
- no two kept variants have r2 above the threshold;
- each removed variant has a reason: a near variant with r2 above the threshold.

The tool's rule says which near variants can be the reason:
- `kept`: kept ones (Sgkit goes from first to last, and drops what is near a kept variant);
- `commoner`: those with a higher minor allele frequency, kept or not (both PLINKs);
- `any`: all (Hail prunes in two stages).
"""

THRESHOLD = 0.2
VARIANTS = 100
BASE_PAIRS = 1000000
_BLOCK = 512


def deviation(bed, kept, near, reason, threshold=THRESHOLD, window=None):
    """How far r2 is on the wrong side of the threshold, at most; 0 when the answer is right.

    `kept` is a mask of the variants; `near` is the unit of the window: "variants" or "base pairs".
    """
    import numpy as np

    n = len(kept)
    last = _last_near(bed, near, window or {"variants": VARIANTS}.get(near, BASE_PAIRS))
    closest_kept = np.zeros(n)  # largest r2 of a kept variant with another kept one
    best_reason = np.zeros(n)  # largest r2 of a removed variant with a possible reason
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        end = int(last[start:stop].max())
        scaled, maf = _scaled(bed.dosages(start, end))
        r2 = (scaled[: stop - start] @ scaled.T) ** 2
        rows, columns = np.arange(start, stop)[:, None], np.arange(start, end)[None, :]
        r2[(columns <= rows) | (columns >= last[start:stop, None])] = 0
        k_row, k_column = kept[start:stop, None], kept[None, start:end]
        both = np.where(k_row & k_column, r2, 0)
        closest_kept[start:stop] = np.maximum(closest_kept[start:stop], both.max(axis=1))
        maf_row, maf_column = maf[: stop - start, None], maf[None, :]
        slack = 1e-9
        column_counts = {"kept": k_column, "commoner": maf_column >= maf_row - slack, "any": True}[
            reason
        ]
        row_counts = {"kept": k_row, "commoner": maf_row >= maf_column - slack, "any": True}[
            reason
        ]
        for_row = np.where(column_counts, r2, 0).max(axis=1)
        for_column = np.where(row_counts, r2, 0).max(axis=0)
        best_reason[start:stop] = np.maximum(best_reason[start:stop], for_row)
        best_reason[start:end] = np.maximum(best_reason[start:end], for_column)
    too_close = closest_kept[kept].max(initial=0) - threshold
    no_reason = threshold - best_reason[~kept].min(initial=1)
    return float(max(too_close, no_reason, 0))


def _last_near(bed, near, window):
    """For each variant, the index after the last variant of its contig that is near it."""
    import numpy as np

    n = len(bed.positions)
    positions = np.array(bed.positions)
    last = np.empty(n, dtype=int)
    edges = [0] + [i for i in range(1, n) if bed.contigs[i] != bed.contigs[i - 1]] + [n]
    for first, end in zip(edges, edges[1:]):
        if near == "variants":
            last[first:end] = np.minimum(np.arange(first, end) + window, end)
        else:
            within = positions[first:end]
            last[first:end] = first + np.searchsorted(within, within + window, "right")
    return last


def _scaled(dosages):
    """Rows with mean 0 and length 1, whose products are correlations; and each row's MAF.

    A constant row becomes 0. Missing calls take the mean of their row.
    """
    import numpy as np

    called = dosages >= 0
    x = np.where(called, dosages, 0).astype(np.float32)
    mean = x.sum(axis=1, keepdims=True) / np.maximum(called.sum(axis=1, keepdims=True), 1)
    x = np.where(called, x - mean, 0)
    length = np.sqrt((x * x).sum(axis=1, keepdims=True))
    maf = np.minimum(mean, 2 - mean)[:, 0] / 2
    return np.divide(x, length, out=np.zeros_like(x), where=length > 0), maf
