"""Task types of videos, whose results are files."""

from __future__ import annotations

from ._common import (
    ATTRIBUTES,
    EITHER_ATTACHMENT,
    FILE_RESPONSE,
    IMAGE_ANNOTATION,
    LINK_URL,
    URL,
    VALUES,
    VISUAL,
    attachment_type,
)
from ._findings import HIGH, LOW
from ._forms import AnyOf, Array, Boolean, Map, Number, String
from ._schema import Field, Record, TaskTypeDeclaration
from .image import GEOMETRIES

_EVENT = Record(
    "VideoEvent",
    {
        "label": Field(String(), "the label", HIGH),
        "type": Field(String(), '"point" or "range"', HIGH),
        "start": Field(Number(), "frame number", HIGH),
        "startTime": Field(Number(), "seconds", LOW),
        "end": Field(Number(), "frame number, of a range"),
        "endTime": Field(Number(), "seconds, of a range"),
        "attributes": Field(VALUES, "values of its attributes"),
    },
    doc="Something that happens in a video.",
    is_open=True,
)
_EVENTS = Record(
    "VideoEvents", {"events": Field(Array(_EVENT), "the events", HIGH)}, doc="A file of events."
)
_FRAME = Record(
    "VideoFrame",
    {
        "annotations": Field(Array(IMAGE_ANNOTATION), "annotations of the frame", HIGH),
        "global_attributes": Field(VALUES, "values of the attributes that are asked per frame"),
    },
    doc="A frame that was annotated.",
    is_open=True,
)
_KEY_FRAME = Record(
    "VideoKeyFrame",
    {
        "key": Field(Number(is_integer=True), "frame number of the video", HIGH),
        "timestamp": Field(Number(), "seconds in the video", HIGH),
        "attributes": Field(VALUES, "values of the attributes"),
    },
    doc="An annotation in one frame, with the keys of its geometry (left, top ... or vertices).",
    is_open=True,
)
_TRACK = Record(
    "VideoTrack",
    {
        "label": Field(String(), "the label"),
        "geometry": Field(String(), "the geometry", HIGH),
        "frames": Field(Array(_KEY_FRAME), "its key frames", HIGH),
    },
    doc="An object over the frames of a video.",
    is_open=True,
)

_FIELDS = {
    "attachment": Field(String(is_empty_allowed=False, trust=HIGH), "URL of the video"),
    "attachments": Field(Array(URL, min_items=1, trust=HIGH), "URLs of the frames, in order"),
    "attachment_type": attachment_type("image", "video"),
    "geometries": Field(GEOMETRIES, "what to draw", HIGH, is_inheritable=True),
    "annotation_attributes": Field(ATTRIBUTES, "what to say about each annotation"),
    "global_attributes": Field(Map(), "what to say about each frame"),
    "events_to_annotate": Field(Array(String()), "labels of events"),
    "frame_rate": Field(Number(), "frames per second to annotate"),
    "start_time": Field(Number(), "seconds", default=0),
    "duration_time": Field(Number(), "seconds; to the end by default"),
    "with_labels": Field(Boolean(), "whether annotations have labels"),
}


def _response(name: str) -> Record:
    fields = {
        "annotations": Field(LINK_URL, "the file with the annotations", HIGH),
        "events": Field(LINK_URL, "the file with the events, where some were asked for"),
    }
    return Record(name, fields, doc="Addresses of the results.", is_open=True)


VIDEO_ANNOTATION_TYPE = TaskTypeDeclaration(
    "videoannotation",
    "Video annotation",
    Record(
        "VideoAnnotationPayload",
        _FIELDS,
        doc="A payload of a videoannotation task.",
        rules=(EITHER_ATTACHMENT,),
        parent=VISUAL,
    ),
    _response("VideoAnnotationResponse"),
    files={"annotations": Array(_FRAME), "events": AnyOf((_EVENTS, Array(_EVENT)))},
    reference="image-and-video-tasks",
)
VIDEO_PLAYBACK_TYPE = TaskTypeDeclaration(
    "videoplaybackannotation",
    "Video playback annotation",
    Record(
        "VideoPlaybackAnnotationPayload",
        {
            **_FIELDS,
            "attachment_type": Field(String(), "what the attachment is"),
            "frame_rate": Field(Number(), "frames per second to annotate", default=1),
            "annotation_frame_rate": Field(Number(), "in the place of frame_rate"),
            "video_frame_rate": Field(Number(), "where the frames' and the video's differ"),
        },
        doc="A payload of a videoplaybackannotation task.",
        rules=(EITHER_ATTACHMENT,),
        parent=VISUAL,
    ),
    _response("VideoPlaybackAnnotationResponse"),
    files={"annotations": Map(_TRACK), "events": AnyOf((_EVENTS, Array(_EVENT)))},
    reference="image-and-video-tasks",
)


def _undocumented(type: str, title: str, stem: str) -> TaskTypeDeclaration:
    payload = Record(
        f"{stem}Payload", {}, doc=f"A payload of a {type} task.", parent=VISUAL, is_open=True
    )
    return TaskTypeDeclaration(
        type,
        title,
        payload,
        FILE_RESPONSE,
        files={"annotations": Array(_FRAME)},
        status="undocumented",
        evidence=LOW,
    )


DECLARATIONS = (
    VIDEO_ANNOTATION_TYPE,
    VIDEO_PLAYBACK_TYPE,
    _undocumented("videoboxannotation", "Video boxes", "VideoBoxAnnotation"),
    _undocumented("videocuboidannotation", "Video cuboids", "VideoCuboidAnnotation"),
    _undocumented("federal2dvideoannotation", "Video, federal", "Federal2dVideoAnnotation"),
)
