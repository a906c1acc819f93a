"""Notifications: who gets which message about an event, and through which channel."""
