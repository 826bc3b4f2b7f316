"""The published module of `ImageFile`; generated."""

from .._models.files import ImageFile as ImageFile
