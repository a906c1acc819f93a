"""The environment of each commit: interpreter, exact lock, wheel, Java, virtual environment."""
