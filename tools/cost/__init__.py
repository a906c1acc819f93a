"""Where a run's wall time went."""
