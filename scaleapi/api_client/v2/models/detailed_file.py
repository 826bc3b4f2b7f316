"""The published module of `DetailedFile`; generated."""

from .._models.files import DetailedFile as DetailedFile
