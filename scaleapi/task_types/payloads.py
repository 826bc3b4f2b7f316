"""The payloads of the task types, and what they are made of, as `TypedDict`s.

Written by tests.task_types.generate_typed_dicts.py from the declarations beside it: change those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Optional, TypedDict, Union

if TYPE_CHECKING:
    from typing_extensions import Required

    from .._typing import JSONArray


__all__ = [
    "AngleAttribute",
    "AnnotationAttribute",
    "AnnotationExample",
    "AnnotationPayload",
    "AttributeConditions",
    "BoxGeometry",
    "CameraIntrinsics",
    "CategorizationPayload",
    "CategoryAttribute",
    "CategoryField",
    "ChatExperimentalPayload",
    "ChatLitePayload",
    "ChatPayload",
    "ComparisonPayload",
    "ContextAttachment",
    "CuboidAnnotationPayload",
    "CuboidGeometry",
    "DataCollectionPayload",
    "DateField",
    "DocumentFeature",
    "DocumentField",
    "DocumentLinkingRules",
    "DocumentModelPayload",
    "DocumentTranscriptionPayload",
    "EllipseGeometry",
    "EntityLabel",
    "Federal2dVideoAnnotationPayload",
    "FieldChoice",
    "FieldSet",
    "FormField",
    "Geometries",
    "ImageAnnotationPayload",
    "LabelDescription",
    "LaneAnnotationPayload",
    "LidarAnnotationPayload",
    "LidarDependents",
    "LidarLinkingPayload",
    "LidarSegmentationPayload",
    "LidarTopdownPayload",
    "LineAnnotationPayload",
    "LineAttribute",
    "LineGeometry",
    "LinkDefinition",
    "LinkedAttribute",
    "MultiChatPayload",
    "MultiStagePayload",
    "NamedEntityRecognitionPayload",
    "NumberAttribute",
    "NumberField",
    "PointAnnotationPayload",
    "PointConnection",
    "PointGeometry",
    "PolygonAnnotationPayload",
    "PolygonGeometry",
    "Quaternion",
    "RankingField",
    "SegmentAnnotationPayload",
    "SensorFusionPayload",
    "TaskPayload",
    "Taxonomy",
    "TextAttribute",
    "TextCollectionAttachment",
    "TextCollectionField",
    "TextCollectionPayload",
    "TextField",
    "TopdownGeometries",
    "TranscriptionPayload",
    "VideoAnnotationPayload",
    "VideoBoxAnnotationPayload",
    "VideoCuboidAnnotationPayload",
    "VideoPlaybackAnnotationPayload",
    "VisualTaskPayload",
]


class TaskPayload(TypedDict, total=False):
    """What every task type takes."""

    project: str
    """Name of the project."""
    batch: str
    """Name of the batch, which implies its project."""
    instruction: str
    """Markdown for the labelers; the project's text is appended."""
    callback_url: str
    """URL with scheme, or e-mail address; the account's by default."""
    unique_id: str
    """Your id, unique in the whole account."""
    clear_unique_id_on_error: bool
    """Whether `unique_id` is free again once the task has the status error."""
    metadata: Mapping[str, Any]
    """Your data, kept as it is; up to 10 KB."""
    tags: JSONArray[str]
    """Up to 5 tags."""
    priority: Literal[10, 20, 30]
    """10, 20 or 30; higher is sooner, within the project."""
    urgency: str
    """Without effect today; 'standard' by default."""
    project_param_version: int
    """Version of the project's parameters; -1 for none."""
    project_version: int
    """The same under its other name."""
    hypothesis: Mapping[str, Any]
    """Pre-labels that labelers edit, in the form of the response."""
    base_annotations: Mapping[str, Any]
    """Pre-labels that can be locked."""
    can_add_base_annotations: bool
    """Whether labelers may add to them."""
    can_edit_base_annotations: bool
    """Whether labelers may change them."""
    can_edit_base_annotation_labels: bool
    """Whether they may change their labels."""
    can_delete_base_annotations: bool
    """Whether labelers may delete them."""
    force: bool
    """Accepted; its meaning is not documented."""


class ContextAttachment(TypedDict, total=False):
    """A file that is shown for reference."""

    attachment: str
    """URL of a file that is shown and not labeled."""


class LinkDefinition(TypedDict, total=False):
    """A kind of link between two annotations."""

    is_bidirectional: bool
    """Whether the link has no direction."""
    from_allowed_labels: JSONArray[str]
    """Labels at which it may begin."""
    to_allowed_labels: JSONArray[str]
    """Labels at which it may end."""


class VisualTaskPayload(TaskPayload, total=False):
    """What the task types with images take."""

    padding: float
    """Pixels around the image; 0 by default."""
    paddingX: float
    """Pixels on the left and the right; 0 by default."""
    paddingY: float
    """Pixels above and below; 0 by default."""
    context_attachments: JSONArray[ContextAttachment]
    """Files that are shown for reference, not labeled."""
    links: Mapping[str, LinkDefinition]
    """Kinds of links between annotations, by label."""


class LabelDescription(TypedDict, total=False):
    """A label, or a heading of labels."""

    choice: Required[str]
    """The label."""
    subchoices: JSONArray[Union[str, LabelDescription]]
    """Labels below it: it is a heading then, and only they are in responses."""
    instance_label: bool
    """Segmentation only: whether each instance has a mask of its own."""
    display: str
    """What the labelers see; the choice by default."""


class BoxGeometry(TypedDict, total=False):
    """Boxes."""

    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels; [] by default."""
    min_height: float
    """Pixels; 0 by default."""
    min_width: float
    """Pixels; 0 by default."""
    can_rotate: bool
    """Whether boxes may be rotated; False by default."""
    integer_pixels: bool
    """Whether coordinates are integers; False by default."""


class PolygonGeometry(TypedDict, total=False):
    """Polygons."""

    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels; [] by default."""
    min_vertices: int
    """How many vertices at least; 1 by default."""
    max_vertices: Optional[int]
    """How many vertices at most; null for any."""


class LineGeometry(TypedDict, total=False):
    """Lines."""

    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels; [] by default."""
    min_vertices: int
    """How many vertices at least; 1 by default."""
    max_vertices: Optional[int]
    """How many vertices at most; null for any."""


class PointConnection(TypedDict, total=False):
    """Which points are drawn connected."""

    pair: JSONArray[str]
    """The two labels."""
    connection_attribute: str
    """A linked attribute."""


class PointGeometry(TypedDict, total=False):
    """Points."""

    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels; [] by default."""
    connections: JSONArray[PointConnection]
    """Points that are connected; [] by default."""
    x: float
    """Accepted; its meaning is not documented."""
    y: float
    """Accepted; its meaning is not documented."""


class CameraIntrinsics(TypedDict, total=False):
    """A camera."""

    fx: float
    """Pixels."""
    fy: float
    """Pixels."""
    cx: float
    """Pixels."""
    cy: float
    """Pixels."""
    skew: float
    """The skew; 0 by default."""
    scalefactor: float
    """The scale; 1 by default."""
    scale_factor: float
    """The same under its other name."""


class Quaternion(TypedDict, total=False):
    """A rotation."""

    w: float
    """A component."""
    x: float
    """A component."""
    y: float
    """A component."""
    z: float
    """A component."""


class CuboidGeometry(TypedDict, total=False):
    """Cuboids."""

    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels; [] by default."""
    min_height: float
    """Pixels; 0 by default."""
    min_width: float
    """Pixels; 0 by default."""
    camera_intrinsics: Optional[CameraIntrinsics]
    """The camera."""
    camera_rotation_quaternion: Optional[Quaternion]
    """From the camera to the world."""
    camera_height: Optional[float]
    """Meters above the ground."""


class EllipseGeometry(TypedDict, total=False):
    """Ellipses."""

    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels; [] by default."""


class Geometries(TypedDict, total=False):
    """What to draw."""

    box: BoxGeometry
    """How to draw a box."""
    polygon: PolygonGeometry
    """How to draw a polygon."""
    line: LineGeometry
    """How to draw a line."""
    point: PointGeometry
    """How to draw a point."""
    cuboid: CuboidGeometry
    """How to draw a cuboid."""
    ellipse: EllipseGeometry
    """How to draw a ellipse."""


class AttributeConditions(TypedDict, total=False):
    """When an attribute is asked for."""

    label_condition: Mapping[str, Any]
    """`label`: the label or labels for which it is asked."""
    attribute_conditions: JSONArray[Mapping[str, Any]]
    """Objects of attribute to value; one must hold."""


CategoryAttribute = TypedDict(
    "CategoryAttribute",
    {
        "type": "Literal['category']",
        "description": "str",
        "required": "bool",
        "conditions": "AttributeConditions",
        "global": "bool",
        "choices": "Required[JSONArray[Union[str, LabelDescription]]]",
        "allow_multiple": "bool",
    },
    total=False,
)
"""An attribute whose value is one of several choices."""


NumberAttribute = TypedDict(
    "NumberAttribute",
    {
        "type": "Literal['number']",
        "description": "str",
        "required": "bool",
        "conditions": "AttributeConditions",
        "global": "bool",
        "min": "float",
        "max": "float",
        "step": "float",
    },
    total=False,
)
"""An attribute whose value is a number."""


AngleAttribute = TypedDict(
    "AngleAttribute",
    {
        "type": "Literal['angle']",
        "description": "str",
        "required": "bool",
        "conditions": "AttributeConditions",
        "global": "bool",
    },
    total=False,
)
"""An attribute in degrees, from 0 to 360."""


TextAttribute = TypedDict(
    "TextAttribute",
    {
        "type": "Literal['text']",
        "description": "str",
        "required": "bool",
        "conditions": "AttributeConditions",
        "global": "bool",
    },
    total=False,
)
"""An attribute whose value is a string."""


LineAttribute = TypedDict(
    "LineAttribute",
    {
        "type": "Literal['x_line', 'y_line']",
        "description": "str",
        "required": "bool",
        "conditions": "AttributeConditions",
        "global": "bool",
    },
    total=False,
)
"""A line in a box; its offset in pixels."""


LinkedAttribute = TypedDict(
    "LinkedAttribute",
    {
        "type": "Literal['linked']",
        "description": "str",
        "required": "bool",
        "conditions": "AttributeConditions",
        "global": "bool",
        "allowed_labels": "Required[JSONArray[str]]",
    },
    total=False,
)
"""An attribute whose value is the uuid of another annotation."""


AnnotationAttribute = Union[
    CategoryAttribute,
    NumberAttribute,
    AngleAttribute,
    TextAttribute,
    LineAttribute,
    LinkedAttribute,
]


class ImageAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of an imageannotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; '' by default."""
    geometries: Geometries
    """What to draw."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each annotation."""
    global_attributes: Mapping[str, Any]
    """What to say about the whole image."""


class SegmentAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a segmentannotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; 'image' by default."""
    labels: JSONArray[Union[str, LabelDescription]]
    """Up to 50 labels."""
    instance_labels: JSONArray[str]
    """Labels with a mask for each instance."""
    allow_unlabeled: bool
    """Whether pixels may have no label; False by default."""
    allow_parent_labels: bool
    """Whether headings are labels too; False by default."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each instance."""


class AnnotationExample(TypedDict, total=False):
    """An example for the labelers."""

    correct: bool
    """Whether it is a good example."""
    image: str
    """URL of an image."""
    explanation: str
    """Why."""


class AnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a annotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; 'image' by default."""
    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    with_labels: bool
    """Whether annotations have labels."""
    min_width: float
    """Pixels; 0 by default."""
    min_height: float
    """Pixels; 0 by default."""
    examples: JSONArray[AnnotationExample]
    """Examples for the labelers."""
    layers: Mapping[str, Any]
    """Shapes that are drawn over the image."""


class PolygonAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a polygonannotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; 'image' by default."""
    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    with_labels: bool
    """Whether annotations have labels."""


class LineAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a lineannotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; 'image' by default."""
    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    with_labels: bool
    """Whether annotations have labels."""
    splines: bool
    """Whether lines are curved; False by default."""


class PointAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a pointannotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; 'image' by default."""
    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    with_labels: bool
    """Whether annotations have labels."""


class CuboidAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a cuboidannotation task."""

    attachment: str
    """URL of the image."""
    attachment_type: str
    """What the attachment is; 'image' by default."""
    objects_to_annotate: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    with_labels: bool
    """Whether annotations have labels."""
    min_annotations: float
    """How many at least; 0 by default."""
    max_annotations: float
    """How many at most, 0 for any; 0 by default."""


class VideoAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a videoannotation task."""

    attachment: str
    """URL of the video."""
    attachments: JSONArray[str]
    """URLs of the frames, in order."""
    attachment_type: str
    """What the attachment is; '' by default."""
    geometries: Geometries
    """What to draw."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each annotation."""
    global_attributes: Mapping[str, Any]
    """What to say about each frame."""
    events_to_annotate: JSONArray[str]
    """Labels of events."""
    frame_rate: float
    """Frames per second to annotate."""
    start_time: float
    """Seconds; 0 by default."""
    duration_time: float
    """Seconds; to the end by default."""
    with_labels: bool
    """Whether annotations have labels."""


class VideoPlaybackAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a videoplaybackannotation task."""

    attachment: str
    """URL of the video."""
    attachments: JSONArray[str]
    """URLs of the frames, in order."""
    attachment_type: str
    """What the attachment is."""
    geometries: Geometries
    """What to draw."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each annotation."""
    global_attributes: Mapping[str, Any]
    """What to say about each frame."""
    events_to_annotate: JSONArray[str]
    """Labels of events."""
    frame_rate: float
    """Frames per second to annotate; 1 by default."""
    start_time: float
    """Seconds; 0 by default."""
    duration_time: float
    """Seconds; to the end by default."""
    with_labels: bool
    """Whether annotations have labels."""
    annotation_frame_rate: float
    """In the place of frame_rate."""
    video_frame_rate: float
    """Where the frames' and the video's differ."""


class VideoBoxAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a videoboxannotation task."""


class VideoCuboidAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a videocuboidannotation task."""


class Federal2dVideoAnnotationPayload(VisualTaskPayload, total=False):
    """A payload of a federal2dvideoannotation task."""


class LidarDependents(TypedDict, total=False):
    """Follow-up tasks."""

    defs: JSONArray[Mapping[str, Any]]
    """Definitions of the follow-up tasks, each with a type."""
    require_audit: bool
    """Whether they wait for the audit."""


class LidarAnnotationPayload(TaskPayload, total=False):
    """A payload of a lidarannotation task."""

    attachments: JSONArray[str]
    """URLs of frame files, in order of time."""
    attachment_type: str
    """What the attachment is; 'json' by default."""
    labels: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each annotation."""
    meters_per_unit: float
    """Meters in a unit of the input; 1 by default."""
    max_distance_meters: float
    """How far to annotate, in meters."""
    pitch_and_roll_enabled: bool
    """Whether cuboids have pitch and roll; False by default."""
    dependents: LidarDependents
    """Follow-up tasks; replaced by multistage tasks."""


class LidarSegmentationPayload(TaskPayload, total=False):
    """A payload of a lidarsegmentation task."""

    attachments: JSONArray[str]
    """URLs of frame files, in order of time."""
    attachment_type: str
    """What the attachment is; 'json' by default."""
    lidar_task: str
    """Id of a completed lidarannotation task, in the place of attachments."""
    lidar_task_frames: JSONArray[int]
    """Some of its frames."""
    labels: JSONArray[Union[str, LabelDescription]]
    """The labels."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each annotation."""


class LidarLinkingPayload(TaskPayload, total=False):
    """A payload of a lidarlinking task; its parameters are not documented."""

    lidar_task: str
    """Id of a completed lidarannotation task."""


class TopdownGeometries(TypedDict, total=False):
    """What to draw."""

    polygon: PolygonGeometry
    """How to draw a polygon."""
    line: LineGeometry
    """How to draw a line."""
    point: PointGeometry
    """How to draw a point."""


class LidarTopdownPayload(VisualTaskPayload, total=False):
    """A payload of a lidartopdown task."""

    attachments: JSONArray[str]
    """URLs of frame files."""
    attachment: str
    """URL of an aerial picture."""
    attachment_type: str
    """What the attachment is."""
    geometries: TopdownGeometries
    """What to draw."""
    annotation_attributes: Mapping[str, AnnotationAttribute]
    """What to say about each annotation."""


class LaneAnnotationPayload(TaskPayload, total=False):
    """A payload of a laneannotation task."""


class SensorFusionPayload(TaskPayload, total=False):
    """A payload of a sensorfusion task."""

    attachments: JSONArray[str]
    """URL of the scene."""
    scene_format: Literal["sensor_fusion"]
    """The scene's format."""
    annotation_definition: JSONArray[Mapping[str, Any]]
    """What to annotate."""
    is_frameless: bool
    """Whether the scene has no frames."""


class MultiStagePayload(TaskPayload, total=False):
    """A payload of a multistage task."""

    attachments: JSONArray[str]
    """URL of the scene, or of lidar frames."""
    scene_format: str
    """The format: `sensor_fusion` for a scene."""


class TextCollectionAttachment(TypedDict, total=False):
    """Something that is shown to the labelers."""

    type: Required[Literal["pdf", "image", "text", "video", "website", "audio"]]
    """What it is."""
    content: Required[str]
    """Markdown, or the URL of a file."""
    forms: JSONArray[str]
    """`field_id`s of the forms with which it is shown."""


class FieldChoice(TypedDict, total=False):
    """A choice of a category field."""

    label: Required[str]
    """What the labelers read."""
    value: Required[Union[str, float, bool]]
    """What the response holds."""
    hint: str
    """An explanation."""
    subchoices: JSONArray[FieldChoice]
    """Choices below it: it cannot be selected then."""


class CategoryField(TypedDict, total=False):
    """One or several choices."""

    type: Required[Literal["category"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""
    choices: Required[JSONArray[FieldChoice]]
    """The choices."""
    min_choices: int
    """How many at least; 1 by default."""
    max_choices: int
    """How many at most; 1 by default."""


class TextField(TypedDict, total=False):
    """A string."""

    type: Required[Literal["text"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""
    max_characters: int
    """How long it may be."""


class NumberField(TypedDict, total=False):
    """A number."""

    type: Required[Literal["number"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""
    min: float
    """The least."""
    max: float
    """The greatest."""
    step: float
    """The interval."""
    digits: int
    """Decimal places."""
    use_slider: bool
    """Whether it is set with a slider."""
    prefix: str
    """Shown before it."""
    suffix: str
    """Shown after it."""


class DateField(TypedDict, total=False):
    """A date."""

    type: Required[Literal["date", "datetime"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""


class RankingField(TypedDict, total=False):
    """An order of options."""

    type: Required[Literal["ranking_order"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""
    num_options: int
    """How many options."""
    num_items_to_rank: int
    """The same."""
    first_label: str
    """Name of the first place."""
    last_label: str
    """Name of the last place."""
    option_label: str
    """Name of an option."""
    options_flexible: bool
    """Whether options may be left out."""
    positions_flexible: bool
    """Whether places may be shared."""


class FieldSet(TypedDict, total=False):
    """Fields that belong together."""

    type: Required[Literal["field_set"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""
    fields: Required[JSONArray[TextCollectionField]]
    """The fields, at least 2."""
    inline: bool
    """Whether they stand side by side; False by default."""


class FormField(TypedDict, total=False):
    """Fields that are shown with certain attachments."""

    type: Required[Literal["form"]]
    """The kind of field."""
    field_id: Required[str]
    """Key of the result, unique in the task."""
    title: Required[str]
    """What the labelers read."""
    description: str
    """More of it."""
    hint: str
    """An explanation."""
    required: bool
    """Whether it must be filled in; False by default."""
    min_responses_required: int
    """How many answers at least; 1 by default."""
    max_responses_required: int
    """How many answers at most; 1 by default."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to values with which the field is shown."""
    fields: Required[JSONArray[TextCollectionField]]
    """The fields."""


TextCollectionField = Union[
    CategoryField,
    TextField,
    NumberField,
    DateField,
    RankingField,
    FieldSet,
    FormField,
]


class TextCollectionPayload(TaskPayload, total=False):
    """A payload of a textcollection task."""

    attachments: JSONArray[TextCollectionAttachment]
    """What is shown to the labelers."""
    fields: JSONArray[TextCollectionField]
    """What they fill in."""
    title: str
    """Shown to the labelers."""
    description: str
    """Shown to the labelers."""
    responses_required: int
    """How many labelers answer, from 1 to 100; 1 by default."""
    read_only_field_ids: JSONArray[str]
    """Fields that cannot be changed."""
    attachment_type: str
    """Accepted, and ignored."""


class EntityLabel(TypedDict, total=False):
    """A kind of entity."""

    name: Required[str]
    """The label."""
    description: str
    """What the labelers read."""
    attributes: Mapping[str, Any]
    """What to say about each entity."""
    relationships: Any
    """Relationships to other labels."""


class NamedEntityRecognitionPayload(TaskPayload, total=False):
    """A payload of a namedentityrecognition task."""

    text: str
    """The text itself."""
    labels: JSONArray[EntityLabel]
    """Kinds of entities."""
    merge_newlines: bool
    """Whether newlines are merged."""
    preserve_trailing_punctuation: bool
    """Whether punctuation at the end of an entity is kept."""
    allow_overlapping_annotations: bool
    """Whether entities may overlap."""
    relationships: JSONArray[Any]
    """Kinds of relationships."""
    relationshipDefinitions: JSONArray[Any]
    """The same under another name."""
    attachments: JSONArray[Any]
    """Accepted by some projects."""


class DocumentFeature(TypedDict, total=False):
    """A kind of thing to find in a document."""

    type: str
    """The kind of feature, such as block."""
    label: str
    """The label."""


class DocumentField(TypedDict, total=False):
    """A question about the document."""

    field_id: str
    """Key of the result."""
    title: str
    """What the labelers read."""
    type: str
    """The kind of field, such as select."""
    required: bool
    """Whether it must be filled in."""
    per_page: bool
    """Whether it is asked for each page."""
    options: JSONArray[Mapping[str, Any]]
    """Objects of title and value, for select."""
    conditions: JSONArray[Mapping[str, Any]]
    """Objects of `field_id` to accepted values."""


class DocumentLinkingRules(TypedDict, total=False):
    """Which annotations may be linked."""

    labels: JSONArray[JSONArray[str]]
    """Pairs of labels that may be linked."""


class DocumentTranscriptionPayload(TaskPayload, total=False):
    """A payload of a documenttranscription task."""

    attachment: str
    """URL of a PDF, TIFF or image."""
    attachments: JSONArray[str]
    """URLs of the pages."""
    attachment_type: str
    """What the attachment is."""
    features: JSONArray[DocumentFeature]
    """What to find."""
    fields: JSONArray[DocumentField]
    """Questions about the document."""
    linking_rules: DocumentLinkingRules
    """Which annotations may be linked."""


class DocumentModelPayload(TaskPayload, total=False):
    """A payload of a documentmodel task."""


class Taxonomy(TypedDict, total=False):
    """A question with choices."""

    type: str
    """The kind; 'category' by default."""
    description: str
    """What the labelers read."""
    choices: Required[JSONArray[Union[str, LabelDescription]]]
    """The choices."""
    allow_multiple: bool
    """Whether several may be chosen; False by default."""
    condition: Any
    """When it is asked."""


class CategorizationPayload(TaskPayload, total=False):
    """A payload of a categorization task."""

    attachment: str
    """URL, or the text itself."""
    attachment_type: str
    """What the attachment is; '' by default."""
    categories: JSONArray[Union[str, LabelDescription]]
    """The choices."""
    taxonomies: Mapping[str, Taxonomy]
    """Several questions, by name."""
    category_ids: Mapping[str, Any]
    """The category of each id."""
    allow_multiple: bool
    """Whether several may be chosen; False by default."""
    layers: Mapping[str, Any]
    """Shapes that are drawn over the image."""


class ComparisonPayload(TaskPayload, total=False):
    """A payload of a comparison task."""

    attachments: JSONArray[str]
    """URLs, or the texts themselves."""
    attachment_type: str
    """What the attachment is; '' by default."""
    choices: JSONArray[str]
    """The choices."""
    fields: Mapping[str, str]
    """A description of each thing to write."""


class TranscriptionPayload(TaskPayload, total=False):
    """A payload of a transcription task."""

    attachment: str
    """URL."""
    attachment_type: str
    """What the attachment is."""
    fields: Mapping[str, str]
    """A description of each thing to write."""
    repeatable_fields: Mapping[str, str]
    """The same, once per row."""


class DataCollectionPayload(TaskPayload, total=False):
    """A payload of a datacollection task."""

    attachment: str
    """URL, or the text itself."""
    attachment_type: str
    """Text, image or website."""
    fields: Mapping[str, str]
    """A description of each thing to find."""


class ChatPayload(TaskPayload, total=False):
    """A payload of a chat task, which the project's template describes."""

    template_variables: Any
    """Values for the project's template."""


class ChatLitePayload(TaskPayload, total=False):
    """A payload of a chatlite task, which the project's template describes."""

    template_variables: Any
    """Values for the project's template."""


class ChatExperimentalPayload(TaskPayload, total=False):
    """A payload of a chatexperimental task, which the project's template describes."""

    template_variables: Any
    """Values for the project's template."""


class MultiChatPayload(TaskPayload, total=False):
    """A payload of a multichat task, which the project's template describes."""

    template_variables: Any
    """Values for the project's template."""
