"""Hypothesis strategies that draw what a declaration allows."""

from functools import singledispatch

from hypothesis import strategies as st

from scaleapi.task_types import _forms as forms
from scaleapi.task_types import _schema as schema

LEFT_OUT = ("project", "batch", "unique_id")  # their values must exist, or be new
CALLBACK = st.just("labels@example.org")  # a URL would be called
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8
)


@singledispatch
def values(form):
    """Return a strategy for the values of a form."""
    return st.none() | st.booleans() | st.integers(0, 9) | WORDS


@values.register
def _(form: forms.String):
    return st.sampled_from(form.values) if form.values else WORDS


@values.register
def _(form: forms.Number):
    if form.values:
        return st.sampled_from(form.values)
    least = form.minimum if form.minimum is not None else -100
    most = form.maximum if form.maximum is not None else 1000
    if form.is_integer:
        return st.integers(int(least), int(most))
    return st.floats(least, most, allow_nan=False)


@values.register
def _(form: forms.Boolean):
    return st.booleans()


@values.register
def _(form: forms.Array):
    most = form.max_items if form.max_items is not None else form.min_items + 2
    unique = (lambda item: item[form.unique_key]) if form.unique_key else None
    return st.lists(
        values(form.item), min_size=form.min_items, max_size=min(most, 4), unique_by=unique
    )


@values.register
def _(form: forms.Map):
    return st.dictionaries(WORDS, values(form.value), max_size=2)


@values.register
def _(form: forms.AnyOf):
    return st.one_of(*map(values, form.forms))


@values.register
def _(form: forms.Recursive):
    """What holds itself is drawn two deep."""
    inner = form.get()
    if isinstance(inner, forms.AnyOf):
        return WORDS
    if isinstance(inner, schema.Tagged):
        inner = inner.records["text"]
        fixed = {"type": st.just("text")}
    else:
        fixed = {}
    needed = {key: values(each.form) for key, each in inner.fields.items() if each.required}
    return st.fixed_dictionaries({**needed, **fixed})


@values.register
def _(form: schema.Tagged):
    return st.one_of(
        *(
            values(record).map(lambda drawn, tag=tag: {**drawn, form.key: tag})
            for tag, record in form.records.items()
        )
    )


@values.register
def _(form: schema.Record):
    fields = {key: each for key, each in form.all_fields.items() if key not in LEFT_OUT}
    needed = {key for key, field in fields.items() if field.required}
    for rule in form.rules:
        if isinstance(rule, schema.OneOf):
            needed.add(rule.keys[0])
            if rule.is_exclusive:
                fields = {key: each for key, each in fields.items() if key not in rule.keys[1:]}
    drawn = {
        key: values(field.form).filter(_is_filled) if key in needed else values(field.form)
        for key, field in fields.items()
    }
    if "callback_url" in drawn:
        drawn["callback_url"] = CALLBACK
    return st.fixed_dictionaries(
        {key: drawn[key] for key in drawn if key in needed},
        optional={key: drawn[key] for key in drawn if key not in needed},
    ).map(lambda value: _ordered(form, value))


def _is_filled(value):
    return value not in ("", [], {}, None)


def _ordered(form, value):
    """Swap two numbers of which one must not be below the other."""
    for rule in form.rules:
        if isinstance(rule, schema.NotBelow) and {rule.key, rule.other} <= value.keys():
            least, most = sorted((value[rule.other], value[rule.key]))
            value = {**value, rule.other: least, rule.key: most}
    return value
