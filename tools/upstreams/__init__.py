"""The tracked tools: their configuration, and their histories in one git mirror."""
