"""How well the detector does: on labelled and simulated series, beside other detectors."""
