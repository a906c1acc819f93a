"""Events: the changes that were detected, measured again, and traced to their commit."""
