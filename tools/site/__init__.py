"""The published site beside asv's own: local scripts, commit and Changes pages, directions."""
