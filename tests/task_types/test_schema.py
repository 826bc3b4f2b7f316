"""The forms of which declarations are made: what they accept, and what they say of the rest."""

import pytest

from scaleapi.task_types import _forms as forms
from scaleapi.task_types import _schema as schema
from scaleapi.task_types._findings import HIGH, Findings

INNER = schema.Record(
    "Inner",
    {"name": schema.Field(forms.String(), required=HIGH), "type": schema.Field(forms.String())},
)
TREE: schema.Record = schema.Record(
    "Tree", {"below": schema.Field(forms.Array(forms.Recursive(lambda: TREE_OR_LEAF, "a tree")))}
)
TREE_OR_LEAF = forms.AnyOf((forms.String(), TREE))
TAGGED = schema.Tagged("Any", "type", {"a": INNER, "b": INNER})
WITH_DEFAULT = schema.Tagged("Any", "type", {"a": INNER}, default="a")

VALID = [
    (forms.Anything(), object()),
    (forms.Null(), None),
    (forms.String(values=("a", "b")), "b"),
    (forms.Number(), "30"),
    (forms.Number(minimum=1, maximum=3, is_integer=True), 3),
    (forms.Boolean(), False),
    (forms.Array(forms.Null()), (None,)),
    (forms.Map(forms.Number()), {"a": 1}),
    (forms.Map(max_bytes=5), {"a": object()}),  # no JSON, which is rejected elsewhere
    (TAGGED, {"type": "a", "name": "x"}),
    (WITH_DEFAULT, {"name": "x"}),
    (TREE_OR_LEAF, {"below": ["x", {"below": []}]}),
    (forms.AnyOf((forms.Null(), forms.Recursive(lambda: INNER, "it"))), {"name": "x"}),
]
INVALID = [
    (forms.Null(), 1, "x must be null, got 1"),
    (forms.String(values=("a", "b")), "c", "x must be one of a, b, got 'c'"),
    (forms.String(is_empty_allowed=False), "", "x must be a non-empty string, got ''"),
    (forms.Number(), "thirty", "x must be a number, got 'thirty'"),
    (forms.Number(), True, "x must be a number, got True"),
    (forms.Number(minimum=1), 0, "x must be a number of at least 1, got 0"),
    (forms.Number(maximum=1), 2, "x must be a number of at most 1, got 2"),
    (forms.Number(minimum=1, maximum=3), 4, "x must be a number from 1 to 3, got 4"),
    (forms.Number(is_integer=True), 1.5, "x must be an integer, got 1.5"),
    (forms.Number(values=(1, 2)), 3, "x must be one of 1, 2, got 3"),
    (forms.Boolean(), "true", "x must be True or False, got 'true'"),
    (forms.Array(min_items=2), [1], "x must be a list of at least 2, got [1]"),
    (forms.Array(min_items=1, max_items=1), [], "x must be a list of exactly 1, got []"),
    (
        forms.Array(forms.String(), max_items=1),
        "a",
        "x must be a list of at most 1, each a string, got 'a'",
    ),
    (forms.Map(forms.Number()), [], "x must be an object of name to a number, got []"),
    (forms.Map(forms.Number()), {"a": "b"}, "x.a must be a number, got 'b'"),
    (
        forms.Map(max_bytes=5),
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
        forms.AnyOf((forms.String(), forms.Boolean())),
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
    "form", [form for form, _ in VALID if not isinstance(form, forms.Anything)]
)
def test_form_accepts_no_value_of_another_json_type(form):
    assert not form.accepts(object())


def test_array_items_of_one_key_must_differ():
    form = forms.Array(forms.Map(), unique_key="id", trust=HIGH)
    assert problems(form, [{"id": "a"}, {"id": "b"}, {}, 3]) == ["x[3] must be an object, got 3"]
    assert problems(form, [{"id": "a"}, {"id": "a"}]) == [
        "x[1].id must be unique in the list, got 'a'"
    ]


def test_findings_long_value_is_cut():
    (message,) = problems(forms.Null(), "y" * 100)
    assert len(message) < 90 and message.endswith("...")
