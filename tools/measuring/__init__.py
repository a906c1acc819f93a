"""What the commands that measure share: one `asv run`, what is measured, what is left."""
