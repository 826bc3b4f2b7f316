"""The one place where the version is written."""

__version__ = "3.0.0"
