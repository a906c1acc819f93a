"""From results to alerts: detect, confirm, localise, explain, notify."""
