"""Introspection and printing as published: type hints, and the names of subclasses."""

import inspect
import typing

import pytest

import scaleapi
from scaleapi.api import Api
from tests.factories import (
    BATCH,
    FILE,
    PROJECT,
    QUALITY_TASK,
    STUDIO_BATCH,
    TASK,
    TEAMMATE,
)

KINDS = [
    scaleapi.ScaleClient,
    Api,
    scaleapi.Task,
    scaleapi.Batch,
    scaleapi.Project,
    scaleapi.TaskTemplate,
    scaleapi.File,
    scaleapi.Teammate,
    scaleapi.StudioBatch,
    scaleapi.StudioProjectGroup,
    scaleapi.EvaluationTask,
    scaleapi.TrainingTask,
    scaleapi.V2Api,
    scaleapi.RetryPolicy,
]


@pytest.mark.parametrize(
    "name, json, printed",
    [
        ("Task", TASK, f"Task(id={TASK['task_id']})"),
        ("Batch", BATCH, f"Batch(name={BATCH['name']})"),
        ("Project", PROJECT, f"Project(name={PROJECT['name']})"),
        ("File", FILE, f"File(id={FILE['id']})"),
        ("Teammate", TEAMMATE, f"Teammate(email={TEAMMATE['email']})"),
        ("StudioBatch", STUDIO_BATCH, f"StudioBatch(name={STUDIO_BATCH['name']})"),
        ("EvaluationTask", QUALITY_TASK, f"EvaluationTask(id={QUALITY_TASK['id']})"),
    ],
)
def test_str_of_a_subclass_shows_the_published_name(client, name, json, printed):
    subclass = type("MyKind", (getattr(scaleapi, name),), {})
    assert str(subclass(json, client)) == printed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_type_hints_of_every_public_method_resolve(kind):
    methods = [
        member
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    ]
    assert methods
    for member in [kind.__init__, *methods]:
        typing.get_type_hints(member.fget if isinstance(member, property) else member)
