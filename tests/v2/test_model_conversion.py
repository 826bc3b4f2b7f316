"""Conversion of models to plain JSON, also of values that users put into them."""

import datetime as dt
from collections import UserDict
from enum import Enum

from scaleapi.api_client import v2
from scaleapi.api_client.v2._models import _convert as convert


class Color(Enum):
    RED = "red"


def test_to_jsonable_converts_every_kind_of_value():
    moment = dt.datetime(2025, 3, 4, tzinfo=dt.timezone.utc)
    shown = convert.to_jsonable({"a": [Color.RED, moment], "b": UserDict(c=Color.RED), "d": (1,)})
    assert shown["a"][0] == shown["b"]["c"] == "red"
    assert shown["a"][1].startswith("2025-03-04T00:00:00")
    unknown = object()  # left to the JSON encoder, which rejects it
    assert convert.to_jsonable((unknown,)) == [unknown]


def test_model_is_its_own_actual_instance():
    batch = v2.models.Batch.from_dict({"id": "b", "name": "n"})
    assert batch.actual_instance is batch
