"""Alerts: where a series of measurements changed, and how far that can be trusted."""
