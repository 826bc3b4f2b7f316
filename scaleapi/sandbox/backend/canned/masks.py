"""Responses of segmentation tasks: masks of upright stripes, one per label or instance."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from ..store import Doc
from .files import ResultFile, address, png
from .labels import as_dict, as_list, attribute_values, leaves

STRIPE = 8  # pixels of a label's width, where the size of the attachment is not known
HEIGHT = 48  # pixels, likewise
MAX_PIXELS = 50_000_000  # of a mask; a larger attachment counts as one of unknown size
INSTANCES = 2  # of a label with a mask for each instance
MAX_STRIPES = 255  # what one channel of 8 bits tells apart

_COMBINED = ("image", "indexedImage", "extendedIndexedImage")
_CLEAR = b"\0\0\0\0"


class Stripe(NamedTuple):
    """The pixels of a label, or of one instance of it.

    Attributes:
        label: The label.
        value: The value of its pixels, the index in the mapping.
        color: Red, green and blue.
        instance: Which instance it is, from 0; None for a label without instances.
    """

    label: str
    value: int
    color: bytes
    instance: int | None

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"labeled {self.value}"


def response(task: Doc, url: str) -> Doc:
    """Return the response of a segmentannotation task."""
    labeled: Doc = {}
    mapping: Doc = {}
    layout = _layout(task)
    for stripe in layout.stripes:
        found = address(task, url, stripe.file)
        entry: Doc = {
            "index": stripe.value,
            "color": f"#{stripe.color.hex()}",
            "numPixels": layout.width_of(stripe) * layout.height,
        }
        if stripe.instance is None:
            labeled[stripe.label], mapping[stripe.label] = found, entry
        else:
            entry["attributes"] = attribute_values(task["params"], stripe.label, {})
            labeled.setdefault(stripe.label, []).append(found)
            mapping.setdefault(stripe.label, []).append(entry)
    return {
        "annotations": {
            "unlabeled": address(task, url, "unlabeled"),
            "labeled": labeled,
            "combined": {name: address(task, url, name) for name in _COMBINED},
        },
        "labelMapping": mapping,
    }


def files(task: Doc) -> dict[str, Callable[[], ResultFile]]:
    """Return what makes each file of a task, by name."""
    layout = _layout(task)

    def rgba(color_of: Callable[[Stripe], bytes], unlabeled: bytes = _CLEAR) -> ResultFile:
        return layout.draw([*map(color_of, layout.stripes), unlabeled], 6)

    def indexed() -> ResultFile:
        return layout.draw([*(bytes([stripe.value]) for stripe in layout.stripes), b"\0"], 0)

    def alone(wanted: Stripe) -> Callable[[], ResultFile]:
        opaque = wanted.color + b"\xff"
        return lambda: rgba(lambda stripe: opaque if stripe == wanted else _CLEAR)

    return {
        "image": lambda: rgba(lambda stripe: stripe.color + b"\xff"),
        "indexedImage": indexed,
        # The index as 24 bits, red the lowest byte.
        "extendedIndexedImage": lambda: rgba(
            lambda stripe: stripe.value.to_bytes(3, "little") + b"\xff"
        ),
        "unlabeled": lambda: rgba(lambda stripe: _CLEAR, b"\xff\xff\xff\xff"),
        **{stripe.file: alone(stripe) for stripe in layout.stripes},
    }


class _Layout(NamedTuple):
    """Where the stripes of a mask are.

    Attributes:
        stripes: The stripes, from left to right.
        widths: Pixels of each stripe, and of the unlabeled rest, which may be none.
        height: Pixels.
    """

    stripes: list[Stripe]
    widths: list[int]
    height: int

    def width_of(self, stripe: Stripe) -> int:
        """Return the pixels of a stripe's width."""
        return self.widths[stripe.value - 1]

    def draw(self, pixels: list[bytes], color_type: int) -> ResultFile:
        """Return a PNG with a pixel per stripe, and one for the rest."""
        row = b"".join(pixel * width for pixel, width in zip(pixels, self.widths))
        return png([row] * self.height, sum(self.widths), color_type)


def _layout(task: Doc) -> _Layout:
    stripes = _stripes(task["params"])
    is_covered = bool(stripes) and not task["params"].get("allow_unlabeled")
    parts = len(stripes) + (not is_covered)
    width, height = task.get("_attachment_size") or (STRIPE * parts, HEIGHT)
    if width < parts or width * height > MAX_PIXELS:
        width, height = STRIPE * parts, HEIGHT
    widths = [(number + 1) * width // parts - number * width // parts for number in range(parts)]
    return _Layout(stripes, widths if not is_covered else [*widths, 0], height)


def _stripes(params: Doc) -> list[Stripe]:
    instance_labels = {*_instance_labels(params.get("labels"), False)}
    instance_labels.update(str(label) for label in as_list(params.get("instance_labels")))
    stripes: list[Stripe] = []
    for label in dict.fromkeys([*leaves(params.get("labels")), *sorted(instance_labels)]):
        instances = range(INSTANCES) if label in instance_labels else (None,)
        for instance in instances:
            if len(stripes) < MAX_STRIPES:
                index = len(stripes) + 1
                color = (index * 2654435761 % 2**24).to_bytes(3, "big")
                stripes.append(Stripe(label, index, color, instance))
    return stripes


def _instance_labels(labels: Any, is_inherited: bool) -> list[str]:
    """Return the labels that have a mask for each instance, also those below such a heading."""
    found = []
    for label in as_list(labels):
        is_instance = is_inherited or bool(as_dict(label).get("instance_label"))
        below = as_list(as_dict(label).get("subchoices"))
        found += _instance_labels(below, is_instance)
        found += leaves([label]) if is_instance and not below else []
    return found
