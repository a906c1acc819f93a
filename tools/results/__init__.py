"""What was measured, as asv stored it: series over the commits, and what changed in them."""
