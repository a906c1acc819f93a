"""`python -m tools study run`: measure what a profile lacks."""
