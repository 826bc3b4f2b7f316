"""The published module of `Thread`; generated."""

from .._models.chat import Thread as Thread
