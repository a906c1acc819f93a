"""What each tool wrote, as arrays in the data set's order: a module a tool, a function a task."""
