"""The declarations of task types: complete, true to what is known to be accepted, and typed."""

import ast
import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaleapi import TaskType, task_types
from scaleapi.task_types import DECLARATIONS
from scaleapi.task_types.checks import find_problems

from . import generate_typed_dicts as generator
from .payloads import PAYLOADS
from .strategies import values


def test_declarations_every_task_type_has_one():
    assert {kind.value for kind in TaskType} == DECLARATIONS.keys()


@pytest.mark.parametrize("style", [generator.Payloads, generator.Responses])
def test_typed_dicts_generated_from_declarations_are_up_to_date(style):
    written = (generator.PACKAGE / style.file).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(generator.Module(style).source))


def test_task_types_package_exports_every_payload_and_response():
    for declaration in DECLARATIONS.values():
        for record in (declaration.payload, declaration.response):
            assert getattr(task_types, record.name).__name__ == record.name
            assert record.name in dir(task_types)
    with pytest.raises(AttributeError, match="no attribute 'ImagePayload'"):
        getattr(task_types, "ImagePayload")  # noqa: B009


@pytest.mark.parametrize("task_type", PAYLOADS)
def test_check_complete_payload_finds_nothing(task_type):
    payload = PAYLOADS[task_type]
    before = copy.deepcopy(payload)
    assert find_problems(task_type, {**payload, "project": "p", "unique_id": "u"}) == []
    assert payload == before


@pytest.mark.parametrize("task_type", PAYLOADS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_check_drawn_payload_finds_nothing(task_type, data):
    payload = data.draw(values(DECLARATIONS[task_type].payload))
    payload["project"] = "p"
    assert [str(finding) for finding in DECLARATIONS[task_type].check(payload, False)] == []
    json.dumps(payload)


def test_check_unknown_task_type_finds_nothing():
    assert find_problems("newtype", {"anything": 1}) == []
