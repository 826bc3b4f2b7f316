"""Payloads drawn from the OpenAPI document, good ones and spoiled ones."""

import json
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

DOCUMENT = Path(__file__).parents[1] / "data" / "v2.json"
SCHEMAS = json.loads(DOCUMENT.read_text())["components"]["schemas"]
DEPTH = 9
"""Levels of models in a payload: enough for the annotations of a message of a task."""

TEXTS = st.text(max_size=4)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
NUMBERS = st.integers(-9, 9) | st.sampled_from([0.5, 2.0, -1.25, 1e300])
MOMENTS = st.sampled_from(
    [
        "2024-02-29T23:59:59.678Z",
        "2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05.123456789Z",
        "2024-01-02T03:04:05.1+05:30",
        "2024-01-02T03:04:05-0700",
        "2024-01-02T03:04:05",
        "1969-12-31",
    ]
)
RARE = 8
"""One value in so many is spoiled."""


def name_of(schema):
    return schema["$ref"].rpartition("/")[2]


@cache
def payloads(schema_name, spoiled=False, depth=DEPTH):
    """What the service may send for a schema; spoiled, what it had better not."""
    return _values(SCHEMAS[schema_name], spoiled, depth)


def _values(schema, spoiled, depth):
    good = _good(schema, spoiled, depth)
    if not spoiled:
        return good
    return st.integers(0, RARE).flatmap(lambda chance: good if chance else ANYTHING)


def _good(schema, spoiled, depth):
    if "$ref" in schema:
        return st.deferred(lambda: payloads(name_of(schema), spoiled, depth - 1))
    if "allOf" in schema:
        return _good(schema["allOf"][0], spoiled, depth)
    choices = schema.get("oneOf") or ("properties" not in schema and schema.get("anyOf"))
    if choices:
        return st.one_of([_good(each, spoiled, depth) for each in choices])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_typed(kind, schema, spoiled, depth) for kind in kinds])


def _typed(kind, schema, spoiled, depth):
    if kind == "object":
        return _objects(schema, spoiled, depth)
    if kind == "array":
        deepest = depth <= 0
        return st.lists(_values(schema["items"], spoiled, depth), max_size=0 if deepest else 2)
    if kind == "string":
        return MOMENTS if schema.get("format") == "date-time" else TEXTS
    simple = {"boolean": st.booleans(), "integer": st.integers(-9, 9), "number": NUMBERS}
    return simple.get(kind, st.none())


def _objects(schema, spoiled, depth):
    if "properties" not in schema:
        return st.dictionaries(TEXTS, ANYTHING, max_size=2)
    required = list(schema.get("required", ()))
    for choice in schema.get("anyOf", ())[:1]:
        required += choice["required"]
    fields = {key: _values(each, spoiled, depth) for key, each in schema["properties"].items()}
    needed = {key: each for key, each in fields.items() if key in required}
    # At the bottom only what must be there, so that payloads end.
    other = {key: each for key, each in fields.items() if key not in needed and depth > 0}
    if spoiled:
        good = st.fixed_dictionaries({}, optional={**needed, **other})
        more = st.dictionaries(st.sampled_from(["new", "type", "class", "self", ""]), ANYTHING)
        return st.tuples(good, st.integers(0, 3), more).map(
            lambda found: found[0] if found[1] else {**found[2], **found[0]}
        )
    good = st.fixed_dictionaries(needed, optional=other)
    if not schema.get("additionalProperties"):
        return good
    return st.tuples(st.dictionaries(TEXTS, ANYTHING, max_size=2), good).map(
        lambda found: {**found[0], **found[1]}
    )
