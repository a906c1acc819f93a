"""One module a tool, with all that belongs to it.

Each has the base class of the tool's task classes, and a function a task, named like it, that
reads the task's result into arrays: its argument is the path that the task wrote to.
"""
