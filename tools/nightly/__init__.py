"""What a machine runs each night."""
