"""The study: run its experiments on this machine, and report what they show beside its own."""
