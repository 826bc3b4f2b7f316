"""The canned responses of test mode, in the documented form of each task type.

They depend on the task alone: on its labels, fields and frames. Results that are files are made
when they are read, at addresses of the sandbox itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from .. import chat
from ..store import Doc
from . import documents, frames, images, masks, questions, texts
from .attachments import error_response as error_response
from .attachments import stored_copies as stored_copies
from .files import ResultFile, file_name_of

Builder = Callable[[Doc, str], Doc]
FileBuilder = Callable[[Doc], Mapping[str, Callable[[], ResultFile]]]


def _conversation(task: Doc, url: str) -> Doc:
    return chat.response(task)


_RESPONSES: Mapping[str, Builder] = {
    "imageannotation": images.response,
    "annotation": images.single("box"),
    "polygonannotation": images.single("polygon"),
    "lineannotation": images.single("line"),
    "pointannotation": images.single("point"),
    "cuboidannotation": images.single("cuboid"),
    "segmentannotation": masks.response,
    "videoannotation": frames.video_response,
    "videoplaybackannotation": frames.video_response,
    "lidarsegmentation": frames.segmentation_response,
    "textcollection": texts.collection,
    "namedentityrecognition": texts.entities,
    "documenttranscription": documents.response,
    "documentmodel": documents.response,
    "categorization": questions.categorization,
    "comparison": questions.comparison,
    "transcription": questions.transcription,
    "datacollection": questions.data_collection,
    **dict.fromkeys(("chat", "chatlite", "chatexperimental", "multichat"), _conversation),
}
_FILES: Mapping[str, FileBuilder] = {
    "segmentannotation": masks.files,
    "videoplaybackannotation": frames.playback_files,
    "lidarannotation": frames.lidar_files,
    "lidarsegmentation": frames.segmentation_files,
    "lidarlinking": frames.linking_files,
    "lidartopdown": frames.topdown_files,
    "sensorfusion": frames.scene_files,
    "multistage": frames.scene_files,
    "laneannotation": frames.topdown_files,
    "videoannotation": frames.video_files,
    "videoboxannotation": frames.video_files,
    "videocuboidannotation": frames.video_files,
    "federal2dvideoannotation": frames.video_files,
}


def response(task: Doc, url: str) -> Doc:
    """Return the response of a task.

    Args:
        task: The task.
        url: The instance address, below which its files are.
    """
    return _RESPONSES.get(task["type"], frames.file_response)(task, url)


def result_file(task: Doc, wanted: str) -> ResultFile | None:
    """Return a file of a task's response, None where it has no such file.

    Args:
        task: The task.
        wanted: The last segment of the file's address.
    """
    files = _FILES.get(task["type"])
    for name, build in (files(task) if files else {}).items():
        if file_name_of(task, name) == wanted:
            return build()
    return None


def top_level(task: Doc) -> dict[str, Any]:
    """Return what a task of this type holds at its top, beside its response."""
    return (
        documents.pages(task) if task["type"] in ("documenttranscription", "documentmodel") else {}
    )
