"""The published module of `Project`; generated."""

from .._models.projects import Project as Project
