"""The published module of `BasicFile`; generated."""

from .._models.files import BasicFile as BasicFile
