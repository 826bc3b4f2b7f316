"""The forms of which declarations are made: what they accept, and what they say of the rest."""

import pytest

from scaleapi.task_types import _schema as schema
from scaleapi.task_types._findings import HIGH, Findings

INNER = schema.Record(
    "Inner",
    {"name": schema.Field(schema.String(), required=HIGH), "type": schema.Field(schema.String())},
)
TREE: schema.Record = schema.Record(
    "Tree", {"below": schema.Field(schema.Array(schema.Recursive(lambda: TREE_OR_LEAF, "a tree")))}
)
TREE_OR_LEAF = schema.AnyOf((schema.String(), TREE))
TAGGED = schema.Tagged("Any", "type", {"a": INNER, "b": INNER})
WITH_DEFAULT = schema.Tagged("Any", "type", {"a": INNER}, default="a")

VALID = [
    (schema.Anything(), object()),
    (schema.Null(), None),
    (schema.String(values=("a", "b")), "b"),
    (schema.Number(), "30"),
    (schema.Number(minimum=1, maximum=3, is_integer=True), 3),
    (schema.Boolean(), False),
    (schema.Array(schema.Null()), (None,)),
    (schema.Map(schema.Number()), {"a": 1}),
    (schema.Map(max_bytes=5), {"a": object()}),  # no JSON, which is rejected elsewhere
    (TAGGED, {"type": "a", "name": "x"}),
    (WITH_DEFAULT, {"name": "x"}),
    (TREE_OR_LEAF, {"below": ["x", {"below": []}]}),
    (schema.AnyOf((schema.Null(), schema.Recursive(lambda: INNER, "it"))), {"name": "x"}),
]
INVALID = [
    (schema.Null(), 1, "x must be null, got 1"),
    (schema.String(values=("a", "b")), "c", "x must be one of a, b, got 'c'"),
    (schema.String(is_empty_allowed=False), "", "x must be a non-empty string, got ''"),
    (schema.Number(), "thirty", "x must be a number, got 'thirty'"),
    (schema.Number(), True, "x must be a number, got True"),
    (schema.Number(minimum=1), 0, "x must be a number of at least 1, got 0"),
    (schema.Number(maximum=1), 2, "x must be a number of at most 1, got 2"),
    (schema.Number(minimum=1, maximum=3), 4, "x must be a number from 1 to 3, got 4"),
    (schema.Number(is_integer=True), 1.5, "x must be an integer, got 1.5"),
    (schema.Number(values=(1, 2)), 3, "x must be one of 1, 2, got 3"),
    (schema.Boolean(), "true", "x must be True or False, got 'true'"),
    (schema.Array(min_items=2), [1], "x must be a list of at least 2, got [1]"),
    (schema.Array(min_items=1, max_items=1), [], "x must be a list of exactly 1, got []"),
    (
        schema.Array(schema.String(), max_items=1),
        "a",
        "x must be a list of at most 1, each a string, got 'a'",
    ),
    (schema.Map(schema.Number()), [], "x must be an object of name to a number, got []"),
    (schema.Map(schema.Number()), {"a": "b"}, "x.a must be a number, got 'b'"),
    (
        schema.Map(max_bytes=5),
        {"a": "bcd"},
        "x must be an object of at most 5 bytes as JSON, got {'a': 'bcd'}",
    ),
    (INNER, "a", "x must be an object with name, got 'a'"),
    (INNER, {}, "x.name is required"),
    (INNER, {"name": "a", "nam": 1}, "x.nam is unknown; did you mean 'name'?"),
    (INNER, {"name": "a", "zzz": 1}, "x.zzz is unknown"),
    (TAGGED, "a", "x must be an object whose type is one of a, b, got 'a'"),
    (TAGGED, {}, "x.type is required"),
    (TAGGED, {"type": "c"}, "x.type must be one of a, b, got 'c'"),
    (TAGGED, {"type": ["a"]}, "x.type must be one of a, b, got ['a']"),
    (
        schema.AnyOf((schema.String(), schema.Boolean())),
        3,
        "x must be a string or True or False, got 3",
    ),
    (TREE_OR_LEAF, {"below": [3]}, "x.below[0] must be a string or an object, got 3"),
]


def problems(form, value):
    findings = Findings()
    form.check(value, ("x",), findings)
    return [str(finding) for finding in findings.items]


@pytest.mark.parametrize("form, value", VALID)
def test_form_valid_value_finds_nothing(form, value):
    assert problems(form, value) == [] and (form.accepts(value) or isinstance(value, str))


@pytest.mark.parametrize("form, value, message", INVALID)
def test_form_invalid_value_is_described(form, value, message):
    assert problems(form, value) == [message]


@pytest.mark.parametrize(
    "form", [form for form, _ in VALID if not isinstance(form, schema.Anything)]
)
def test_form_accepts_no_value_of_another_json_type(form):
    assert not form.accepts(object())


def test_array_items_of_one_key_must_differ():
    form = schema.Array(schema.Map(), unique_key="id", trust=HIGH)
    assert problems(form, [{"id": "a"}, {"id": "b"}, {}, 3]) == ["x[3] must be an object, got 3"]
    assert problems(form, [{"id": "a"}, {"id": "a"}]) == [
        "x[1].id must be unique in the list, got 'a'"
    ]


def test_findings_long_value_is_cut():
    (message,) = problems(schema.Null(), "y" * 100)
    assert len(message) < 90 and message.endswith("...")
