"""How far an answer is from the reference: a function a task, named like it.

Each gets the answer as the tool's module reads it, the data set's paths, and the tool's base
class, which says what the tool is asked (see task.Task); it gives one number.
"""

import hashlib
import json

from . import data, pruning
from .bed import Bed


class WrongAnswer(AssertionError):
    """A tool's answer is not the reference's, within the tolerance."""


def allele_frequency(answer, paths, tool):
    """Largest difference of an alternate allele's frequency."""
    frequency = _by_variant(answer, "frequency", paths)
    return _largest(frequency - _reference(paths)["allele_frequency"])


def hardy_weinberg(answer, paths, tool):
    """Largest difference of a p value, relative to it; 1 when a wrong variant is kept."""
    import numpy as np

    reference = _reference(paths)
    expected = reference[tool.hwe_p]
    p = _by_variant(answer, "p", paths)
    frequency = reference["allele_frequency"]
    if tool.filters_by == "minor allele":
        frequency = np.minimum(frequency, 1 - frequency)
    kept = (frequency > 0.01) & (expected > 1e-6)
    # next to a limit, rounding may decide: those few may be either way
    sure = (abs(frequency - 0.01) > 1e-9) & (abs(expected / 1e-6 - 1) > 1e-4)
    if (_by_variant(answer, "kept", paths).astype(bool) != kept)[sure].any():
        return 1.0
    # below 1e-200 a p value is zero to all intents, and tools differ in how they say so
    return _largest((p - expected) / np.maximum(expected, 1e-200))


def ld_prune(answer, paths, tool, r2=pruning.THRESHOLD, window=pruning.VARIANTS):
    """How far r2 is beyond the threshold at the worst place of the list."""
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
    # the same list was perhaps looked at before in this asv run: looking takes seconds
    asked = repr((near, reason, r2, window)).encode()
    digest = hashlib.sha256(np.packbits(mask).tobytes() + asked)
    record = data.work("pruning") / "{}-{}.json".format(paths.folder.name, digest.hexdigest())
    if record.exists():
        return json.loads(record.read_text())
    error = pruning.deviation(bed, mask, near, reason, r2, window)
    record.write_text(json.dumps(error))
    return error


def pca(answer, paths, tool, n_components=10):
    """Sine of the largest angle between the spaces that the components span.

    Signs, scale and the order of components of equal weight are nobody's to choose. The reference
    knows the first ten components: of fewer all are compared with as many, of more the first ten.
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
    mine, theirs = np.linalg.qr(scores)[0], np.linalg.qr(expected)[0]
    return float(np.linalg.norm(theirs - mine @ (mine.T @ theirs), 2))


def association(answer, paths, tool):
    """Largest difference of an effect, relative to its size and error, or of a p value."""
    import numpy as np

    reference = _reference(paths)
    known = np.isfinite(reference["beta"])
    beta, p = (_by_variant(answer, name, paths)[known] for name in ("beta", "p"))
    expected, se = reference["beta"][known], reference["se"][known]
    effect = (beta - expected) / (abs(expected) + se)
    return _largest(np.concatenate([effect, p - reference["p"][known]]))


def _reference(paths):
    import numpy as np

    return np.load(paths.reference)


def _by_variant(answer, name, paths):
    """A column of an answer in the data set's order of variants."""
    import numpy as np

    column = np.asarray(answer[name], dtype=float)
    names = answer.get("variants")
    if names is not None:
        place = {_plain(variant): i for i, variant in enumerate(names)}
        try:
            column = column[[place[variant] for variant in Bed(paths.bfile).names]]
        except KeyError as missing:
            raise WrongAnswer("no answer for variant {}".format(missing)) from None
    return column


def _plain(variant):
    return variant[3:] if variant.startswith("chr") else variant


def _largest(differences):
    import numpy as np

    return float(np.abs(differences).max())
