"""Write the TypedDicts of payloads and responses from the declarations of the task types.

`python -m tests.task_types.generate_typed_dicts` writes payloads.py and responses.py; a test fails
while they differ from the declarations. Formatting is ruff's (`tox run -e fmt`).
"""

import keyword
from functools import singledispatch
from pathlib import Path

from scaleapi.task_types import _forms as forms
from scaleapi.task_types import _schema as schema
from scaleapi.task_types.declarations import DECLARATIONS

PACKAGE = Path(__file__).parents[2] / "scaleapi" / "task_types"
HEAD = '''"""{doc}

Written by tests.task_types.generate_typed_dicts.py from the declarations beside it: change those.
"""

from __future__ import annotations

{before}from typing import TYPE_CHECKING, Any, {names}

if TYPE_CHECKING:
    from typing_extensions import Required
{imports}
'''


class Payloads:
    """What the module of payloads is like: lists may be tuples, and strings are no lists."""

    doc = "The payloads of the task types, and what they are made of, as `TypedDict`s."
    names = "Literal, Optional, TypedDict, Union"
    imports = "\n    from .._typing import JSONArray\n"
    file = "payloads.py"
    before = "from collections.abc import Mapping\n"
    array, mapping = "JSONArray", "Mapping"

    @staticmethod
    def forms():
        return [declaration.payload for declaration in DECLARATIONS.values()]


class Responses:
    """What the module of responses is like: as JSON is read."""

    doc = "The responses of the task types, and what they are made of, as `TypedDict`s."
    names = "Literal, TypedDict, Union"
    imports = ""
    file = "responses.py"
    before = ""
    array, mapping = "list", "dict"

    @staticmethod
    def forms():
        files = [form for each in DECLARATIONS.values() for form in each.files.values()]
        return [*(each.response for each in DECLARATIONS.values()), *files]


@singledispatch
def annotation(form, style):
    """Return a form as an annotation."""
    return "Any"


@annotation.register
def _(form: forms.String, style):
    if form.values and form.trust == schema.HIGH:
        return f"Literal[{', '.join(map(repr, form.values))}]"
    return "str"


@annotation.register
def _(form: forms.Number, style):
    if form.values:
        return f"Literal[{', '.join(map(repr, form.values))}]"
    return "int" if form.is_integer else "float"


@annotation.register
def _(form: forms.Boolean, style):
    return "bool"


@annotation.register
def _(form: forms.Null, style):
    return "None"


@annotation.register
def _(form: forms.Array, style):
    return f"{style.array}[{annotation(form.item, style)}]"


@annotation.register
def _(form: forms.Map, style):
    return f"{style.mapping}[str, {annotation(form.value, style)}]"


@annotation.register
def _(form: forms.AnyOf, style):
    if form.is_first_documented:
        return annotation(form.forms[0], style)
    parts = dict.fromkeys(annotation(part, style) for part in form.forms)
    return "Any" if "Any" in parts else f"Union[{', '.join(parts)}]"


@annotation.register
def _(form: forms.Recursive, style):
    return annotation(form.get(), style)


@annotation.register(schema.Record)
@annotation.register(schema.Tagged)
def _(form, style):
    return form.name


@singledispatch
def parts(form):
    """Return the forms that a form is made of."""
    return []


@parts.register
def _(form: forms.Array):
    return [form.item]


@parts.register
def _(form: forms.Map):
    return [form.value]


@parts.register
def _(form: forms.AnyOf):
    return form.forms


@parts.register
def _(form: forms.Recursive):
    return [form.get()]


@parts.register
def _(form: schema.Tagged):
    return form.records.values()


@parts.register
def _(form: schema.Record):
    return [*([form.parent] if form.parent else []), *(f.form for f in form.fields.values())]


def sentence(field):
    """Return the note of a field as a docstring."""
    note = field.note.replace('"', "`")
    note = note[:1].upper() + note[1:]
    return f"{note}; {field.default!r} by default." if field.default is not None else f"{note}."


class Module:
    """The source of one module, written from the outermost forms to the innermost ones."""

    def __init__(self, style):
        self.style = style
        self.tags = {}  # of each record: the key that tells it from others, and its values
        self.sources = {}
        for form in style.forms():
            self.add(form)

    def add(self, form):
        if isinstance(form, (schema.Record, schema.Tagged)):
            if form.name in self.sources:
                return
            self.sources[form.name] = ""  # it may hold itself
        if isinstance(form, schema.Tagged):
            for value, record in form.records.items():
                self.tags.setdefault(record.name, (form.key, []))[1].append(value)
        for part in parts(form):
            self.add(part)
        if isinstance(form, (schema.Record, schema.Tagged)):
            source = self.sources.pop(form.name)  # to stand below what it is made of
            is_record = isinstance(form, schema.Record)
            source = self.typed_dict(form) if is_record else self.union(form)
            self.sources[form.name] = source

    def union(self, form):
        names = dict.fromkeys(record.name for record in form.records.values())
        return f"{form.name} = Union[\n    {', '.join(names)},\n]\n"

    def typed_dict(self, record):
        inherited = record.parent.all_fields if record.parent else {}
        keys = {
            key: self.of_field(record, key, field)
            for key, field in record.fields.items()
            if key not in inherited
        }
        base = record.parent.name if record.parent else "TypedDict"
        if any(keyword.iskeyword(key) for key in keys):
            assert not record.parent, record.name
            pairs = "".join(f"    {key!r}: {value!r},\n" for key, value in keys.items())
            return (
                f"{record.name} = TypedDict(\n    {record.name!r},\n    {{{pairs}}},\n"
                f'    total=False,\n)\n"""{record.doc}"""\n'
            )
        lines = "".join(
            f'    {key}: {value}\n    """{sentence(record.fields[key])}"""\n'
            for key, value in keys.items()
        )
        return f'class {record.name}({base}, total=False):\n    """{record.doc}"""\n\n{lines}'

    def of_field(self, record, key, field):
        tag, values = self.tags.get(record.name, ("", ()))
        text = annotation(field.form, self.style)
        text = f"Literal[{', '.join(map(repr, values))}]" if key == tag else text
        # A project's parameters may give what a payload lacks.
        text = f"Optional[{text}]" if field.is_nullable else text
        is_needed = field.required in (schema.HIGH, schema.MEDIUM)
        return f"Required[{text}]" if is_needed and not self.is_payload(record) else text

    def is_payload(self, record):
        return record.parent is not None or record.name == "TaskPayload"

    @property
    def source(self):
        style = self.style
        head = HEAD.format(
            doc=style.doc, before=style.before, names=style.names, imports=style.imports
        )
        names = f"__all__ = {sorted(self.sources)!r}\n"
        return "\n\n".join([head, names, *self.sources.values()])


def main():
    for style in (Payloads, Responses):
        (PACKAGE / style.file).write_text(Module(style).source, encoding="utf-8")


if __name__ == "__main__":
    main()
