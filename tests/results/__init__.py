"""Tests of what is read from asv's result files."""
