"""The deviation of an answer from the reference: a function a task, with the task's name.

Arguments: the answer, as the tool's module reads it; the data set's Paths; the tool's base class,
whose attributes say what exactly the tool computes (see task.Task). It returns one number.
"""

import hashlib
import json

from . import data, pruning
from .bed import Bed


class WrongAnswer(AssertionError):
    """A tool's answer deviates from the reference by more than the tolerance."""


def allele_frequency(answer, paths, tool):
    """Largest difference in the alternate allele's frequency."""
    frequency = _by_variant(answer, "frequency", paths)
    return _largest(frequency - _reference(paths)["allele_frequency"])


def hardy_weinberg(answer, paths, tool):
    """Largest relative difference in a p value; 1 when the kept variants are wrong."""
    import numpy as np

    reference = _reference(paths)
    expected = reference[tool.hwe_p]
    p = _by_variant(answer, "p", paths)
    frequency = reference["allele_frequency"]
    if tool.filters_by == "minor allele":
        frequency = np.minimum(frequency, 1 - frequency)
    kept = (frequency > 0.01) & (expected > 1e-6)
    # next to a limit rounding decides: both are right
    sure = (abs(frequency - 0.01) > 1e-9) & (abs(expected / 1e-6 - 1) > 1e-4)
    if (_by_variant(answer, "kept", paths).astype(bool) != kept)[sure].any():
        return 1.0
    # p values below 1e-200 count as zero: tools differ in how they round them
    return _largest((p - expected) / np.maximum(expected, 1e-200))


def ld_prune(answer, paths, tool, r2=pruning.THRESHOLD, window=pruning.VARIANTS):
    """How far r2 is on the wrong side of the threshold: see pruning.py."""
    import numpy as np

    bed = Bed(paths.bfile)
    if "kept_places" in answer:  # Sgkit numbers the contigs
        order = {name: i for i, name in enumerate(dict.fromkeys(bed.contigs))}
        names = [(order[c], p) for c, p in zip(bed.contigs, bed.positions)]
        kept = answer["kept_places"]
    elif "kept_ids" in answer:
        names, kept = bed.ids, answer["kept_ids"]
    else:
        names, kept = bed.names, [_plain(name) for name in answer["kept_names"]]
    chosen = set(kept)
    mask = np.array([name in chosen for name in names])
    if len(chosen) != len(kept) or mask.sum() != len(kept) or not kept:
        raise WrongAnswer(
            "ld_prune by {} on {}: {} kept, {} of them distinct, {} in the data set".format(
                tool.tool, paths.folder.name, len(kept), len(chosen), mask.sum()
            )
        )
    near, reason = tool.pruning
    if near == "base pairs":
        window = window * pruning.BASE_PAIRS // pruning.VARIANTS
    # the check takes seconds, so its outcome for this list is kept for the asv run
    question = repr((near, reason, r2, window)).encode()
    digest = hashlib.sha256(np.packbits(mask).tobytes() + question)
    record = data.work("pruning") / "{}-{}.json".format(paths.folder.name, digest.hexdigest())
    if record.exists():
        return json.loads(record.read_text())
    error = pruning.deviation(bed, mask, near, reason, r2, window)
    record.write_text(json.dumps(error))
    return error


def pca(answer, paths, tool, n_components=10):
    """Sine of the largest angle between the spaces that the components span.

    Signs, scale and the order of components of equal weight do not matter. The reference has ten
    components: fewer are compared with as many of them, of more the first ten are compared.
    """
    import numpy as np

    scores = np.asarray(answer["scores"], dtype=float)
    if "samples" in answer:
        order = {name: i for i, name in enumerate(answer["samples"])}
        scores = scores[[order[name] for name in Bed(paths.bfile).samples]]
    expected = _reference(paths)["pca_scores"][:, :n_components]
    if scores.shape != (len(expected), n_components):
        return 1.0
    scores = scores[:, : expected.shape[1]]
    space, right = np.linalg.qr(scores)[0], np.linalg.qr(expected)[0]
    return float(np.linalg.norm(right - space @ (space.T @ right), 2))


def association(answer, paths, tool):
    """Largest difference in an effect (relative to its size plus error), or in a p value."""
    import numpy as np

    reference = _reference(paths)
    defined = np.isfinite(reference["beta"])
    beta, p = (_by_variant(answer, name, paths)[defined] for name in ("beta", "p"))
    expected, se = reference["beta"][defined], reference["se"][defined]
    effect = (beta - expected) / (abs(expected) + se)
    return _largest(np.concatenate([effect, p - reference["p"][defined]]))


def _reference(paths):
    import numpy as np

    return np.load(paths.reference)


def _by_variant(answer, name, paths):
    """A column of an answer, in the order of the data set's variants."""
    import numpy as np

    column = np.asarray(answer[name], dtype=float)
    names = answer.get("variants")
    if names is not None:
        rows = {_plain(variant): i for i, variant in enumerate(names)}
        try:
            column = column[[rows[variant] for variant in Bed(paths.bfile).names]]
        except KeyError as missing:
            raise WrongAnswer("no answer for variant {}".format(missing)) from None
    return column


def _plain(variant):
    return variant[3:] if variant.startswith("chr") else variant


def _largest(differences):
    import numpy as np

    return float(np.abs(differences).max())
