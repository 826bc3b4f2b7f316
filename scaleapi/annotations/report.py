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
from .._responses.plain_boxes import PlainBox
from ..exceptions import ScaleInvalidArgument

UNLABELED = "unlabeled"


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
        self.approximated: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def count(self, item: Item, is_approximated: bool) -> None:
        """Count an annotation that was written without its attributes."""
        self.labels[UNLABELED if item.label is None else item.label] += 1
        if item.attributes:
            self.left_out["attributes"] += 1
        if is_approximated:
            self.approximated[GEOMETRY_TYPES[type(item.geometry)]] += 1

    def count_boxes(self, boxes: Sequence[PlainBox]) -> None:
        """Count boxes that were written without their attributes."""
        self.labels.update(map(itemgetter(0), boxes))
        self.left_out["attributes"] += sum(map(itemgetter(5), boxes))

    def report(self, path: Path, left_out: Mapping[str, int]) -> ConversionReport:
        """Return the report."""
        return ConversionReport(
            path,
            self.images,
            sum(self.labels.values()),
            dict(self.labels),
            self.without_size,
            dict(self.approximated),
            {name: number for name, number in {**self.left_out, **left_out}.items() if number},
        )


class Labels:
    """Numbers labels.

    Args:
        labels: All labels in order; None for the order in which they are met.
        first: The number of the first.

    Attributes:
        names: The labels in order.

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
        self._is_fixed = labels is not None
        self._first = first
        self._numbers = {label: first + place for place, label in enumerate(labels or ())}

    @property
    def names(self) -> list[str]:
        """The labels in order."""
        return list(self._numbers)

    def number_of(self, label: Optional[str]) -> int:
        """Return the number of a label, or of annotations without one.

        Raises:
            ScaleInvalidArgument: If the labels were given and it is not one of them.
        """
        name = UNLABELED if label is None else label
        number = self._numbers.get(name)
        if number is None:
            if self._is_fixed:
                raise ScaleInvalidArgument(
                    f"labels must have all labels of the tasks, {name!r:.100} is missing"
                )
            number = self._numbers[name] = self._first + len(self._numbers)
        return number
