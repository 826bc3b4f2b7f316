"""The annotations of everything public can be read at run time, by `typing.get_type_hints`."""

import functools
import inspect
import sys
import typing
from collections.abc import Generator

import pandas
import pytest

import scaleapi
from scaleapi import bulk, callbacks, drawing, sandbox
from scaleapi.api_client import v2

PUBLIC = [
    *(getattr(scaleapi, name) for name in scaleapi.__all__),
    *(getattr(bulk, name) for name in bulk.__all__),
    *(getattr(drawing, name) for name in drawing.__all__),
    *(getattr(sandbox, name) for name in sandbox.__all__),
    *(getattr(v2, name) for name in v2.__all__),
    *(kind for kind in vars(v2.exceptions).values() if inspect.isclass(kind)),
    v2.rest.RESTResponse,
    callbacks.parse,
]


def is_ours(value):
    return getattr(value, "__module__", "").startswith("scaleapi")


def is_public(name):
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def functions_of(member):
    """The functions that a member of a class consists of."""
    if isinstance(member, property):
        return [part for part in (member.fget, member.fset) if part]
    if isinstance(member, functools.cached_property):
        return [member.func]
    if isinstance(member, (classmethod, staticmethod)):
        return [member.__func__]
    return [member] if inspect.isfunction(member) else []


def annotated():
    """Every public class, function, method and property getter, by its full name."""
    for value in PUBLIC:
        if inspect.isfunction(value):
            yield f"{value.__module__}.{value.__qualname__}", value
        for kind in filter(is_ours, value.__mro__) if inspect.isclass(value) else ():
            yield f"{kind.__module__}.{kind.__qualname__}", kind
            for name, member in vars(kind).items():
                for function in functions_of(member) if is_public(name) else ():
                    yield f"{kind.__module__}.{kind.__qualname__}.{name}", function


ANNOTATED = sorted({name: value for name, value in annotated() if is_ours(value)}.items())


@pytest.mark.smoke
@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in ANNOTATED])
def test_public_annotations_can_be_read_at_run_time(value):
    typing.get_type_hints(value)


def test_annotations_name_lazily_loaded_classes():
    def returned(method):
        return typing.get_type_hints(method)["return"]

    assert returned(scaleapi.Task.draw) is drawing.Drawing
    assert returned(scaleapi.ScaleClient.create_tasks) == bulk.BulkRun[bulk.TaskOutcome]
    assert returned(scaleapi.ScaleClient.v2.fget) is v2.V2Api
    assert returned(scaleapi.ScaleClient.v2_get_tasks) == Generator[v2.Task, None, None]
    assert returned(scaleapi.to_dataframe) is pandas.DataFrame


def test_annotation_of_a_data_frame_without_pandas_is_any(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert typing.get_type_hints(scaleapi.to_dataframe)["return"] is typing.Any


def test_resource_annotations_name_their_client_mixin():
    assert typing.get_type_hints(scaleapi.Task)["_client"] is scaleapi.tasks.TaskMethods


def test_keyword_annotations_are_the_typed_dictionary():
    kwargs = typing.get_type_hints(scaleapi.ScaleClient.export_tasks)["filters"]
    assert typing.get_args(kwargs)[0] is scaleapi.tasks.TaskFilters


@pytest.mark.parametrize(
    "name", [name for name in dir(v2.V2Api) if f"{name}_with_http_info" in dir(v2.V2Api)]
)
def test_operation_variants_return_what_they_are_annotated_with(name):
    hints = typing.get_type_hints(getattr(v2.V2Api, name))
    plain = hints.pop("return")
    for form, returned in {
        "with_http_info": v2.ApiResponse[plain],
        "without_preload_content": v2.rest.RESTResponse,
    }.items():
        others = typing.get_type_hints(getattr(v2.V2Api, f"{name}_{form}"))
        assert others == {**hints, "return": returned}
