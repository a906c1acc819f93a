"""The right stack for every commit: interpreter, exact lock, wheel, Java, virtual environment."""
