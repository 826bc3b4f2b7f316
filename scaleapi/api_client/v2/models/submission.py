"""The published module of `Submission`; generated."""

from .._models.chat import Submission as Submission
