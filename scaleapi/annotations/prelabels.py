"""Read COCO files as payloads of image annotation tasks with pre-labels."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional, Union

from ..exceptions import ScaleInvalidArgument


def from_coco(
    path: Union[str, os.PathLike[str]],
    *,
    attachment: Optional[Callable[[Mapping[str, Any]], str]] = None,
) -> Iterator[dict[str, Any]]:
    """Yield a payload with pre-labels for each image of a COCO file.

    An annotation without segmentation is a box, one with polygons a polygon for each of them.

    Args:
        path: The file.
        attachment: Returns the URL of an image, such as that of an uploaded file, from its object
            in the file; by default, `coco_url`, or else `file_name` where that is a URL.

    Yields:
        Payloads for `create_tasks("imageannotation", ...)`, with `attachment`, `geometries` with
        all categories of the file, `hypothesis`, and the image's id as `coco_image_id` in
        `metadata`. Add `project` or `batch`, and a `unique_id`.

    Raises:
        ScaleInvalidArgument: If the file is not a COCO file of polygons and boxes, or an image has
            no URL.
        OSError: If the file can't be read.

    Example:
        >>> payloads = [
        ...     {**payload, "project": "street-scenes", "unique_id": payload["attachment"]}
        ...     for payload in from_coco("coco.json")
        ... ]
        >>> client.create_tasks("imageannotation", payloads).run()

    See https://scale.com/docs/api-reference/image-annotation.
    """
    if attachment is not None and not callable(attachment):
        raise ScaleInvalidArgument(
            f"attachment must be a function that takes an image, got {attachment!r:.100}"
        )
    try:
        with open(path, "rb") as file:
            content = json.load(file)
        names = {each["id"]: str(each["name"]) for each in content["categories"]}
        images = list(content["images"])
        by_image: dict[Any, list[dict[str, Any]]] = {each["id"]: [] for each in images}
        if len(by_image) < len(images):
            raise ValueError("two images have the same id")
        for annotation in content["annotations"]:
            by_image[annotation["image_id"]] += _shapes(annotation, names)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ScaleInvalidArgument(
            f"path must be a COCO file with images, annotations and categories, got {path!r}: "
            f"{type(error).__name__}: {error}"
        ) from None
    url_of = attachment or _url_of
    types = {shape["type"] for shapes in by_image.values() for shape in shapes} or {"box"}
    return (
        {
            "attachment": _checked(url_of(image), image),
            "geometries": {
                type_: {"objects_to_annotate": list(names.values())} for type_ in sorted(types)
            },
            "hypothesis": {"annotations": by_image[image["id"]]},
            "metadata": {"coco_image_id": image["id"]},
        }
        for image in images
    )


def _shapes(annotation: Mapping[str, Any], names: Mapping[Any, str]) -> list[dict[str, Any]]:
    """Return the shapes of an annotation."""
    label, segmentation = names[annotation["category_id"]], annotation.get("segmentation")
    if isinstance(segmentation, Mapping):
        raise ScaleInvalidArgument(
            f"path must be a COCO file of polygons and boxes, got a run-length mask in annotation "
            f"{annotation.get('id')}"
        )
    if segmentation:
        return [
            {"type": "polygon", "label": label, "vertices": _vertices(numbers)}
            for numbers in segmentation
        ]
    left, top, width, height = map(_number, annotation["bbox"])
    if width < 0 or height < 0:
        raise ValueError(f"a bbox must have a positive size, got {annotation['bbox']!r:.60}")
    box = {"left": left, "top": top, "width": width, "height": height}
    return [{"type": "box", "label": label, **box}]


def _vertices(numbers: Any) -> list[dict[str, float]]:
    if len(numbers) < 6 or len(numbers) % 2:
        raise ValueError(f"a polygon must have three or more pairs of numbers, got {numbers!r:.60}")
    return [{"x": _number(x), "y": _number(y)} for x, y in zip(numbers[::2], numbers[1::2])]


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"a coordinate must be a number, got {value!r:.60}")
    number: float = value
    return number


def _url_of(image: Mapping[str, Any]) -> Any:
    return image.get("coco_url") or image.get("file_name")


def _checked(url: Any, image: Mapping[str, Any]) -> str:
    if not isinstance(url, str) or "://" not in url:
        raise ScaleInvalidArgument(
            f"attachment must return a URL for each image, got {url!r:.100} for image "
            f"{image.get('id')!r}"
        )
    return url
