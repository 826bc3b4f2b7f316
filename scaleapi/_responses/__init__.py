"""Read what was annotated from the responses of tasks of all types."""
