"""Every model on payloads drawn from the OpenAPI document."""

import copy
import datetime as dt
import json
import pickle
from enum import Enum

import pytest
from hypothesis import HealthCheck, assume, given, settings

from scaleapi.api_client.v2 import models
from scaleapi.api_client.v2.models import Annotation, Id, Model, RequestModel
from tests.v2.payloads import SCHEMAS, payloads

CLASSES = sorted(
    name
    for name in SCHEMAS
    if isinstance(getattr(models, name), type) and issubclass(getattr(models, name), Model)
)
ANSWERS = [name for name in CLASSES if not issubclass(getattr(models, name), RequestModel)]
REST = [name for name in SCHEMAS if name not in CLASSES]

quick = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def read_all(value):
    """Read every field, at every level."""
    if isinstance(value, Model):
        for name in value._fields:
            read_all(getattr(value, name))
        assert set(value.additional_properties).isdisjoint(value._fields)
    elif isinstance(value, list):
        for each in value:
            read_all(each)


def check(kind, payload):
    before = copy.deepcopy(payload)
    model = kind.from_dict(payload)
    assert isinstance(model, kind)
    assert model.as_dict() == before

    read_all(model)
    repr(model), model.to_str(), model.model_dump(), model.model_dump_json()
    assert model.as_dict() == before, "reading changed it"

    for again in (
        kind.from_json(model.to_json()),
        kind.from_dict(model.to_dict()),
        kind.model_validate(model.model_dump()),
        kind.model_validate_json(model.model_dump_json(by_alias=True)),
        kind.view(before),
        pickle.loads(pickle.dumps(model)),
        copy.copy(model),
        copy.deepcopy(model),
        model.model_copy(deep=True),
    ):
        assert type(again) is type(model)
        assert again == model
    as_json = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert json.loads(model.to_json()) == as_json
    assert payload == before


@pytest.mark.parametrize("name", CLASSES)
def test_model_payloads_round_trip_unchanged(name):
    @quick
    @given(payloads(name))
    def run(payload):
        check(getattr(models, name), payload)

    run()


@pytest.mark.parametrize("name", ANSWERS)
def test_model_of_any_service_payload_does_not_fail(name):
    @quick
    @given(payloads(name, spoiled=True))
    def run(payload):
        assume(isinstance(payload, dict))  # what is no object at all, the transport refuses
        check(getattr(models, name), payload)

    run()


@pytest.mark.parametrize("name", REST)
def test_class_that_is_no_model_accepts_what_the_document_allows(name):
    kind = getattr(models, name)

    @quick
    @given(payloads(name))
    def run(payload):
        if issubclass(kind, Enum):
            assert kind(payload) == payload
            assert kind.from_json(json.dumps(payload)) is kind(payload)
            return
        value = kind.from_dict(payload)
        assert isinstance(value, kind)
        assert value.as_dict() == payload
        assert kind(payload) == kind(value) == kind.from_json(json.dumps(payload)) == value

    run()


@quick
@given(payloads("Task"))
def test_model_values_have_the_declared_type(payload):
    task = models.Task.view(payload)
    assert isinstance(task.project, (Id, models.Project))
    assert isinstance(task.created_at, dt.datetime)
    assert isinstance(task.status, models.TaskStatus)
    for thread in task.threads:
        for annotation in thread.annotations:
            assert isinstance(annotation, Annotation)
            assert type(annotation) is not Annotation
        for turn in thread.turns:
            for message in turn.messages:
                assert isinstance(message.role, models.MessageRole)
                assert isinstance(message.content, models.MessageContent)
