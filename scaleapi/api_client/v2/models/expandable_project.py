"""The published module of `ExpandableProject`; generated."""

from .._models.projects import ExpandableProject as ExpandableProject
