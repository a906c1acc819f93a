"""From stored results to comparisons, guidelines and verdicts."""
