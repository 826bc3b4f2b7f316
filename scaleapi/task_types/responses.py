"""The responses of the task types, and what they are made of, as `TypedDict`s.

Written by tests.task_types.generate_typed_dicts.py from the declarations beside it: change those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union

if TYPE_CHECKING:
    from typing_extensions import Required


__all__ = [
    "AnnotationResponse",
    "BoxAnnotation",
    "CameraResponse",
    "CategorizationResponse",
    "ChatExperimentalResponse",
    "ChatLiteResponse",
    "ChatResponse",
    "ChatStep",
    "ComparisonResponse",
    "CuboidAnnotation",
    "CuboidAnnotationResponse",
    "CuboidVertex",
    "DataCollectionResponse",
    "DocumentAnnotation",
    "DocumentBox",
    "DocumentLocation",
    "DocumentModelResponse",
    "DocumentPolygon",
    "DocumentTranscriptionResponse",
    "EllipseAnnotation",
    "Entity",
    "FileAddress",
    "FileResponse",
    "GeometryAnnotation",
    "ImageAnnotationResponse",
    "LidarAnnotationResponse",
    "LidarCuboid",
    "LidarFrame",
    "LidarLinkingResponse",
    "LidarSegmentationResponse",
    "LineAnnotation",
    "LineAnnotationResponse",
    "LinkedAnnotation",
    "LinkedFrame",
    "MultiChatResponse",
    "NamedEntityRecognitionResponse",
    "PointAnnotation",
    "PointAnnotationResponse",
    "PointSegmentationLabel",
    "PointSegmentations",
    "PolygonAnnotation",
    "PolygonAnnotationResponse",
    "Relationship",
    "SceneAnnotation",
    "SceneAnnotations",
    "SegmentAnnotationResponse",
    "SegmentAnnotations",
    "SegmentationLabel",
    "SegmentationMasks",
    "SensorFusionResponse",
    "SingleBox",
    "SingleCuboid",
    "SingleLine",
    "SinglePoint",
    "SinglePolygon",
    "TextCollectionResponse",
    "TranscriptionResponse",
    "Vector3",
    "Vertex",
    "VideoAnnotationResponse",
    "VideoEvent",
    "VideoEvents",
    "VideoFrame",
    "VideoKeyFrame",
    "VideoPlaybackAnnotationResponse",
    "VideoTrack",
]


class Vertex(TypedDict, total=False):
    """A point of an image."""

    x: Required[float]
    """Pixels from the left."""
    y: Required[float]
    """Pixels from the top."""


class BoxAnnotation(TypedDict, total=False):
    """A rectangle. One that is rotated has `rotation` and `vertices` as well."""

    uuid: Required[str]
    """The annotation's id; the same in every frame of a video."""
    type: Required[Literal["box"]]
    """The geometry."""
    label: str
    """The label; missing where the task has none."""
    attributes: dict[str, Any]
    """The values of the attributes, by name."""
    left: Required[float]
    """Pixels from the left."""
    top: Required[float]
    """Pixels from the top."""
    width: Required[float]
    """Pixels."""
    height: Required[float]
    """Pixels."""
    rotation: float
    """Radians, clockwise."""
    vertices: list[Vertex]
    """The four corners of a rotated one."""


class PolygonAnnotation(TypedDict, total=False):
    """A polygon."""

    uuid: Required[str]
    """The annotation's id; the same in every frame of a video."""
    type: Required[Literal["polygon"]]
    """The geometry."""
    label: str
    """The label; missing where the task has none."""
    attributes: dict[str, Any]
    """The values of the attributes, by name."""
    vertices: Required[list[Vertex]]
    """In the order drawn."""


class LineAnnotation(TypedDict, total=False):
    """A line."""

    uuid: Required[str]
    """The annotation's id; the same in every frame of a video."""
    type: Required[Literal["line"]]
    """The geometry."""
    label: str
    """The label; missing where the task has none."""
    attributes: dict[str, Any]
    """The values of the attributes, by name."""
    vertices: Required[list[Vertex]]
    """In the order drawn."""


class PointAnnotation(TypedDict, total=False):
    """A point."""

    uuid: Required[str]
    """The annotation's id; the same in every frame of a video."""
    type: Required[Literal["point"]]
    """The geometry."""
    label: str
    """The label; missing where the task has none."""
    attributes: dict[str, Any]
    """The values of the attributes, by name."""
    x: Required[float]
    """Pixels from the left."""
    y: Required[float]
    """Pixels from the top."""


class EllipseAnnotation(TypedDict, total=False):
    """An ellipse."""

    uuid: Required[str]
    """The annotation's id; the same in every frame of a video."""
    type: Required[Literal["ellipse"]]
    """The geometry."""
    label: str
    """The label; missing where the task has none."""
    attributes: dict[str, Any]
    """The values of the attributes, by name."""
    vertices: Required[list[Vertex]]
    """Its four extreme points: top, right, bottom, left."""


class CuboidVertex(TypedDict, total=False):
    """A corner of a cuboid."""

    description: Required[str]
    """Which corner it is, such as face-topleft."""
    type: Required[str]
    """`vertex`."""
    x: Required[float]
    """Pixels from the left."""
    y: Required[float]
    """Pixels from the top."""


class CuboidAnnotation(TypedDict, total=False):
    """A cuboid: a face, and the two corners of the side beside it."""

    uuid: Required[str]
    """The annotation's id; the same in every frame of a video."""
    type: Required[Literal["cuboid"]]
    """The geometry."""
    label: str
    """The label; missing where the task has none."""
    attributes: dict[str, Any]
    """The values of the attributes, by name."""
    vertices: Required[list[CuboidVertex]]
    """Its corners."""
    edges: list[dict[str, Any]]
    """Its edges."""


GeometryAnnotation = Union[
    BoxAnnotation,
    PolygonAnnotation,
    LineAnnotation,
    PointAnnotation,
    EllipseAnnotation,
    CuboidAnnotation,
]


class ImageAnnotationResponse(TypedDict, total=False):
    """What was drawn."""

    annotations: Required[list[GeometryAnnotation]]
    """Annotations of all geometries, mixed."""
    global_attributes: dict[str, Any]
    """Values of the attributes that are asked once per task."""
    links: list[dict[str, Any]]
    """Links between annotations."""


class SegmentationMasks(TypedDict, total=False):
    """The masks of all labels."""

    image: Required[str]
    """PNG of 4 channels: each pixel in the color of its label."""
    indexedImage: Required[str]
    """PNG of 1 channel: each pixel the index of its label."""
    extendedIndexedImage: str
    """PNG of 4 channels: the index as 24 bits, red lowest."""


class SegmentAnnotations(TypedDict, total=False):
    """Addresses of masks."""

    combined: Required[SegmentationMasks]
    """The masks of all labels."""
    labeled: Required[dict[str, Union[str, list[str], None]]]
    """Mask by label; a list for one of instances."""
    unlabeled: Required[str]
    """PNG of the pixels without a label."""


class SegmentationLabel(TypedDict, total=False):
    """How a label, or one instance of it, is found in the masks."""

    index: Required[int]
    """Value of the label's pixels."""
    color: Required[str]
    """Color of its pixels, #rrggbb."""
    numPixels: int
    """How many pixels it has."""
    attributes: dict[str, Any]
    """Attributes of an instance."""


class SegmentAnnotationResponse(TypedDict, total=False):
    """The masks; each address is of a PNG as large as the image."""

    annotations: Required[SegmentAnnotations]
    """Addresses of masks."""
    labelMapping: Required[dict[str, Union[SegmentationLabel, list[SegmentationLabel]]]]
    """Index and color by label."""


class SingleBox(TypedDict, total=False):
    """A rectangle."""

    left: Required[float]
    """Pixels from the left."""
    top: Required[float]
    """Pixels from the top."""
    width: Required[float]
    """Pixels."""
    height: Required[float]
    """Pixels."""
    label: str
    """The label, where labels are asked for."""


class AnnotationResponse(TypedDict, total=False):
    """What was drawn."""

    annotations: Required[list[SingleBox]]
    """The annotations."""


class SinglePolygon(TypedDict, total=False):
    """A polygon."""

    vertices: Required[list[Vertex]]
    """In the order drawn."""
    label: str
    """The label, where labels are asked for."""


class PolygonAnnotationResponse(TypedDict, total=False):
    """What was drawn."""

    annotations: Required[list[SinglePolygon]]
    """The annotations."""


class SingleLine(TypedDict, total=False):
    """A line."""

    vertices: Required[list[Vertex]]
    """In the order drawn."""
    label: str
    """The label, where labels are asked for."""


class LineAnnotationResponse(TypedDict, total=False):
    """What was drawn."""

    annotations: Required[list[SingleLine]]
    """The annotations."""


class SinglePoint(TypedDict, total=False):
    """A point."""

    x: Required[float]
    """Pixels."""
    y: Required[float]
    """Pixels."""
    label: str
    """The label, where labels are asked for."""


class PointAnnotationResponse(TypedDict, total=False):
    """What was drawn."""

    annotations: Required[list[SinglePoint]]
    """The annotations."""


class SingleCuboid(TypedDict, total=False):
    """A cuboid."""

    vertices: Required[list[CuboidVertex]]
    """Its corners."""
    label: str
    """The label, where labels are asked for."""


class CuboidAnnotationResponse(TypedDict, total=False):
    """What was drawn."""

    annotations: Required[list[SingleCuboid]]
    """The annotations."""


class FileAddress(TypedDict, total=False):
    """Where a part of a response is."""

    url: Required[str]
    """Address of a JSON file; the API key is needed."""


class VideoAnnotationResponse(TypedDict, total=False):
    """Addresses of the results."""

    annotations: Required[FileAddress]
    """The file with the annotations."""
    events: FileAddress
    """The file with the events, where some were asked for."""


class VideoPlaybackAnnotationResponse(TypedDict, total=False):
    """Addresses of the results."""

    annotations: Required[FileAddress]
    """The file with the annotations."""
    events: FileAddress
    """The file with the events, where some were asked for."""


class FileResponse(TypedDict, total=False):
    """A response whose annotations are a file."""

    annotations: Required[FileAddress]
    """The file with the annotations."""


class LidarAnnotationResponse(TypedDict, total=False):
    """The address of the result."""

    annotations: Required[FileAddress]
    """The file with the cuboids."""


class LidarSegmentationResponse(TypedDict, total=False):
    """Addresses of the results."""

    point_segmentations: Required[FileAddress]
    """The file with the labels of points."""
    annotations: FileAddress
    """The cuboids, where a lidar task was the source."""


class LidarLinkingResponse(TypedDict, total=False):
    """The address of the result."""

    annotations: Required[FileAddress]
    """The file with the shapes of each camera."""


class SensorFusionResponse(TypedDict, total=False):
    """The address of the result."""

    annotations: Required[FileAddress]
    """The file with the scene's annotations."""
    full_recording: dict[str, Any]
    """Addresses of a recording and its videos."""


class TextCollectionResponse(TypedDict, total=False):
    """The values by `field_id`: a list for categories and rankings, else a string."""

    annotations: Required[dict[str, Union[str, float, bool, list[Any], dict[str, Any]]]]
    """The values; consensus of several."""
    responses: list[dict[str, Union[str, float, bool, list[Any], dict[str, Any]]]]
    """One per labeler, where several were asked for."""


class Entity(TypedDict, total=False):
    """An entity in the text."""

    id: Required[str]
    """The entity's id."""
    start: Required[int]
    """Its first character."""
    end: Required[int]
    """The character after its last."""
    text: Required[str]
    """Its text."""
    label: Required[str]
    """The name of its label."""
    attributes: dict[str, Any]
    """Values of the attributes."""


class Relationship(TypedDict, total=False):
    """A relationship between two entities."""

    id: Required[str]
    """The relationship's id."""
    source_ref: Required[str]
    """Id of the first entity."""
    target_ref: Required[str]
    """Id of the second entity."""
    name: str
    """Its name; empty where it has none."""


class NamedEntityRecognitionResponse(TypedDict, total=False):
    """What was found in the text."""

    annotations: Required[list[Entity]]
    """The entities."""
    relationships: list[Relationship]
    """Relationships between them."""


class DocumentBox(TypedDict, total=False):
    """A rectangle of a page, in pixels."""

    type: Required[Literal["box"]]
    """`box`."""
    left: Required[float]
    """Pixels from the left."""
    top: Required[float]
    """Pixels from the top."""
    width: Required[float]
    """Pixels."""
    height: Required[float]
    """Pixels."""


class DocumentPolygon(TypedDict, total=False):
    """A polygon of a page, in pixels."""

    type: Required[Literal["polygon"]]
    """`polygon`."""
    vertices: Required[list[Vertex]]
    """Its corners."""


DocumentLocation = Union[
    DocumentBox,
    DocumentPolygon,
]


class DocumentAnnotation(TypedDict, total=False):
    """Something that was found in a document."""

    uuid: Required[str]
    """The annotation's id."""
    page: Required[int]
    """Index in `document_pages`."""
    label: Required[str]
    """The label."""
    text: Required[str]
    """The text."""
    location: Required[DocumentLocation]
    """Where it is."""
    refs: list[str]
    """Uuids of linked annotations."""
    money: dict[str, Any]
    """`amount` and `parsed`, of an amount of money."""
    checked: bool
    """Whether a checkbox is checked."""


class DocumentTranscriptionResponse(TypedDict, total=False):
    """What was found in the document."""

    annotations: Required[list[DocumentAnnotation]]
    """What was found."""


class DocumentModelResponse(TypedDict, total=False):
    """What was found in the document."""

    annotations: Required[list[DocumentAnnotation]]
    """What was found."""


class CategorizationResponse(TypedDict, total=False):
    """What was chosen."""

    category: Union[str, list[str]]
    """The category, or a list with `allow_multiple`."""
    category_id: Union[str, list[str]]
    """Its id."""
    taxonomies: dict[str, Any]
    """What was chosen, by taxonomy."""


class ComparisonResponse(TypedDict, total=False):
    """What was chosen or written."""

    choice: str
    """One of the choices."""
    fields: dict[str, str]
    """What was written, by key."""


class TranscriptionResponse(TypedDict, total=False):
    """What was written."""

    fields: Required[dict[str, str]]
    """What was written, by key."""
    repeatable_fields: list[dict[str, Any]]
    """One object per row."""


class DataCollectionResponse(TypedDict, total=False):
    """What was found."""

    fields: Required[dict[str, str]]
    """What was written, by key."""
    time_spent_in_seconds: float
    """Seconds."""


class ChatStep(TypedDict, total=False):
    """A step of a chat task."""

    type: Required[str]
    """The kind of step, such as PromptInput."""
    output: Required[Any]
    """What was written."""


class ChatResponse(TypedDict, total=False):
    """What was written."""

    responses: Required[list[ChatStep]]
    """One object per step."""


class ChatLiteResponse(TypedDict, total=False):
    """What was written."""

    responses: Required[list[ChatStep]]
    """One object per step."""


class ChatExperimentalResponse(TypedDict, total=False):
    """What was written."""

    responses: Required[list[ChatStep]]
    """One object per step."""


class MultiChatResponse(TypedDict, total=False):
    """What was written."""

    responses: Required[list[ChatStep]]
    """One object per step."""


class VideoFrame(TypedDict, total=False):
    """A frame that was annotated."""

    annotations: Required[list[GeometryAnnotation]]
    """Annotations of the frame."""
    global_attributes: dict[str, Any]
    """Values of the attributes that are asked per frame."""


class VideoEvent(TypedDict, total=False):
    """Something that happens in a video."""

    label: Required[str]
    """The label."""
    type: Required[str]
    """`point` or `range`."""
    start: Required[float]
    """Frame number."""
    startTime: float
    """Seconds."""
    end: float
    """Frame number, of a range."""
    endTime: float
    """Seconds, of a range."""
    attributes: dict[str, Any]
    """Values of its attributes."""


class VideoEvents(TypedDict, total=False):
    """A file of events."""

    events: Required[list[VideoEvent]]
    """The events."""


class VideoKeyFrame(TypedDict, total=False):
    """An annotation in one frame, with the keys of its geometry (left, top ... or vertices)."""

    key: Required[int]
    """Frame number of the video."""
    timestamp: Required[float]
    """Seconds in the video."""
    attributes: dict[str, Any]
    """Values of the attributes."""


class VideoTrack(TypedDict, total=False):
    """An object over the frames of a video."""

    label: str
    """The label."""
    geometry: Required[str]
    """The geometry."""
    frames: Required[list[VideoKeyFrame]]
    """Its key frames."""


class Vector3(TypedDict, total=False):
    """A point or a size in space."""

    x: Required[float]
    """A coordinate, in the unit of the input."""
    y: Required[float]
    """A coordinate, in the unit of the input."""
    z: Required[float]
    """A coordinate, in the unit of the input."""


class LidarCuboid(TypedDict, total=False):
    """A box in space."""

    uuid: Required[str]
    """The object's id, the same in every frame."""
    label: Required[str]
    """The label."""
    position: Required[Vector3]
    """Its center, in the world."""
    dimensions: Required[Vector3]
    """Its full size."""
    yaw: Required[float]
    """Radians, counter-clockwise from above."""
    pitch: float
    """Radians, where enabled."""
    roll: float
    """Radians, where enabled."""
    stationary: bool
    """Whether it stands still in all frames."""
    camera_used: int
    """Index of the camera in which it was seen."""
    distance_to_device: float
    """In the unit of the input."""
    numberOfPoints: int
    """Points in it."""
    attributes: dict[str, Any]
    """Values of the attributes."""


class LidarFrame(TypedDict, total=False):
    """A frame of the result."""

    cuboids: Required[list[LidarCuboid]]
    """The cuboids of the frame."""


class PointSegmentationLabel(TypedDict, total=False):
    """A label, or one instance of it."""

    label: Required[str]
    """The label."""
    index: Required[int]
    """The number of its points."""
    instance: bool
    """Whether it is one instance."""


class PointSegmentations(TypedDict, total=False):
    """The labels of points."""

    objects: Required[list[PointSegmentationLabel]]
    """The labels."""
    point_objects: Required[list[list[int]]]
    """A number for each point of each frame, 0 for no label."""


class LinkedAnnotation(TypedDict, total=False):
    """A shape in an image, with the keys of its geometry (left, top ... or vertices)."""

    cuboid_uuid: Required[str]
    """The uuid of the cuboid."""
    label: str
    """The label."""
    type: Required[str]
    """The geometry."""
    not_in_lidar: bool
    """Whether there is no such cuboid."""


class CameraResponse(TypedDict, total=False):
    """The shapes of one camera."""

    camera_used: Required[int]
    """Index of the camera."""
    annotations: Required[list[LinkedAnnotation]]
    """The shapes in its image."""


class LinkedFrame(TypedDict, total=False):
    """A frame of the result."""

    camera_responses: Required[list[CameraResponse]]
    """One per camera."""


class SceneAnnotation(TypedDict, total=False):
    """An annotation of a scene, with further keys by its type."""

    id: Required[str]
    """The annotation's id."""
    type: Required[str]
    """Cuboid, box_2d, event ...."""
    label: str
    """The label."""
    parent_id: str
    """Id of the annotation to which it belongs."""
    stationary: bool
    """Whether it stands still."""
    path: dict[str, Any]
    """`timestamps`, and `values` at each of them."""
    attributes: list[dict[str, Any]]
    """Objects of name, timestamps, values, sensor_id and static."""


class SceneAnnotations(TypedDict, total=False):
    """The annotations of a scene."""

    version: str
    """`1.0`."""
    time_unit: str
    """`microseconds` or `nanoseconds`."""
    annotations: Required[list[SceneAnnotation]]
    """The annotations."""
