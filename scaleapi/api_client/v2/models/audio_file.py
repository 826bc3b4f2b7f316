"""The published module of `AudioFile`; generated."""

from .._models.files import AudioFile as AudioFile
