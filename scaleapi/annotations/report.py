"""What a conversion wrote, and what its format could not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Optional

from .._geometry import GEOMETRY_TYPES
from .._responses.items import Item
from .._responses.plain_boxes import PlainBoxes
from ..exceptions import ScaleInvalidArgument

UNLABELED = "unlabeled"
MAX_UNCOUNTED = 10_000
_label_of = itemgetter(0)


@dataclass(frozen=True)
class ConversionReport:
    """The result of a conversion of annotations to another format.

    Attributes:
        path: The file or the folder that was written.
        images: Number of images.
        annotations: Number of annotations.
        labels: Numbers of annotations by label, "unlabeled" for those without one.
        without_size: Number of images whose size is unknown, which they were written without.
        approximated: Numbers of annotations that were written as another geometry, by their own,
            such as an ellipse as a polygon.
        left_out: Numbers of what was not written: annotations by the type of their geometry,
            annotations that lost their "attributes", and tasks.
    """

    path: Path
    images: int
    annotations: int
    labels: Mapping[str, int]
    without_size: int
    approximated: Mapping[str, int]
    left_out: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes as values that JSON can hold."""
        return {**asdict(self), "path": str(self.path)}


class Tally:
    """What a conversion has written so far.

    Attributes:
        images: See `ConversionReport`, as for the others.
        without_size: Number of images.
        labels: Numbers of annotations.
        approximated: Numbers of annotations.
        left_out: Numbers of annotations.
    """

    def __init__(self) -> None:
        self.images = self.without_size = 0
        self.labels: Counter[str] = Counter()
        self._labels: list[str] = []  # that are counted together, in less time
        self.approximated: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def count(self, item: Item, is_approximated: bool) -> None:
        """Count an annotation that was written without its attributes."""
        self.labels[UNLABELED if item.label is None else item.label] += 1
        if item.attributes:
            self.left_out["attributes"] += 1
        if is_approximated:
            self.approximated[GEOMETRY_TYPES[type(item.geometry)]] += 1

    def count_boxes(self, plain: PlainBoxes) -> None:
        """Count boxes that were written without their attributes."""
        self._labels += map(_label_of, plain.boxes)
        if len(self._labels) > MAX_UNCOUNTED:
            self._count_labels()
        self.left_out["attributes"] += plain.attributed

    def _count_labels(self) -> None:
        self.labels.update(self._labels)
        self._labels.clear()

    def report(self, path: Path, left_out: Mapping[str, int]) -> ConversionReport:
        """Return the report."""
        self._count_labels()
        return ConversionReport(
            path,
            self.images,
            sum(self.labels.values()),
            dict(self.labels),
            self.without_size,
            dict(self.approximated),
            {name: number for name, number in {**self.left_out, **left_out}.items() if number},
        )


class Labels(dict[str, int]):
    """The numbers of labels, by label; a label that is met first gets the next number.

    Args:
        labels: All labels in order; None for the order in which they are met.
        first: The number of the first.

    Raises:
        ScaleInvalidArgument: If `labels` is not a list of different strings.
    """

    def __init__(self, labels: Optional[Sequence[str]], first: int) -> None:
        if labels is not None and (
            isinstance(labels, (str, bytes))
            or not isinstance(labels, Sequence)
            or not all(isinstance(label, str) for label in labels)
            or len(set(labels)) != len(labels)
        ):
            raise ScaleInvalidArgument(
                f"labels must be a list of different strings, got {labels!r:.200}"
            )
        super().__init__({label: first + place for place, label in enumerate(labels or ())})
        self._is_fixed = labels is not None
        self._first = first

    def __missing__(self, label: str) -> int:
        """Return the number of a label that has none yet.

        Raises:
            ScaleInvalidArgument: If the labels were given and it is not one of them.
        """
        if self._is_fixed:
            raise ScaleInvalidArgument(
                f"labels must have all labels of the tasks, {label!r:.100} is missing"
            )
        number = self[label] = self._first + len(self)
        return number

    def number_of(self, label: Optional[str]) -> int:
        """Return the number of a label, or of annotations without one."""
        return self[UNLABELED if label is None else label]
