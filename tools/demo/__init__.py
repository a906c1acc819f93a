"""The main job in one command: measure real releases on the embedded data, publish, explain."""
