"""Sphinx directives that show the declarations of task types: a new fact needs no edit in docs/."""

import re

from _listings import Listing

from scaleapi import TaskType
from scaleapi.drawing import TASK_GEOMETRIES
from scaleapi.task_types import _forms as forms
from scaleapi.task_types import _schema as schema
from scaleapi.task_types.declarations import COMMON, DECLARATIONS

TRUST = {"high": "known", "medium": "documented", "low": "reported"}
STATUS = {
    "current": "Current",
    "older": "Older: works, but newer types replace it",
    "legacy": "Legacy: use it only for projects that have it",
    "undocumented": "Undocumented",
}
REFERENCE = "https://scale.com/docs/api-reference/"
MAX_SHOWN = 160  # characters of a form in a table


def is_evidenced(declaration):
    """Return whether more than the name of a task type is known."""
    return declaration.status != "undocumented"


def member(declaration):
    """Return the name of a task type in `TaskType`."""
    return TaskType(declaration.type).name


class Facts(Listing):
    """Show the state of a task type, and how sure its declaration is."""

    def lines(self, arguments):
        declaration = DECLARATIONS[arguments[0]]
        yield f':Task type: ``TaskType.{member(declaration)}``, ``"{declaration.type}"``'
        yield f":State: {STATUS[declaration.status]}"
        yield f":Evidence: {declaration.evidence}; see :ref:`how-sure`"
        if declaration.reference:
            yield f":Scale's reference: {REFERENCE}{declaration.reference}"
        yield f":Types: ``{declaration.payload.name}``, ``{declaration.response.name}``"


class Payload(Listing):
    """Show the keys of a task type's payload, and of the objects in it."""

    def lines(self, arguments):
        record = DECLARATIONS[arguments[0]].payload if arguments else COMMON
        fields = dict(record.fields)
        parent = record.parent
        while parent is not None and parent is not COMMON:
            fields.update(parent.fields)
            parent = parent.parent
        yield from table(fields)
        if record is not COMMON:
            yield from rules(record)
            yield "\nA payload also takes the :ref:`keys of every type <common-keys>`.\n"
        yield from nested(fields, {record.name})


class Response(Listing):
    """Show the keys of a task type's response, of the objects in it, and of its files."""

    def lines(self, arguments):
        declaration = DECLARATIONS[arguments[0]]
        seen = {declaration.response.name}
        yield from table(declaration.response.fields)
        yield from nested(declaration.response.fields, seen)
        for key, form in declaration.files.items():
            yield f"The file at ``{key}`` is {form.described}.\n"
            for record in records(form, seen):
                yield from titled_table(record)


class Overview(Listing):
    """Show all task types of which something is known, each with a link to its page."""

    def lines(self, arguments):
        yield ".. list-table::\n   :header-rows: 1\n"
        yield "   * - Task type\n     - For\n     - Response\n     - ``draw()``\n     - State"
        for declaration in filter(is_evidenced, DECLARATIONS.values()):
            drawn = "yes" if declaration.type in TASK_GEOMETRIES else ""
            yield f"   * - :doc:`{declaration.title} </task_types/{declaration.type}>`"
            yield f"     - ``{member(declaration)}``"
            yield f"     - {'files' if declaration.files else 'inline'}"
            yield f"     - {drawn}\n     - {declaration.status}"
        yield ""


def table(fields):
    """Yield a table of fields."""
    yield ".. list-table::\n   :header-rows: 1\n   :widths: 20 40 12 28\n"
    yield "   * - Key\n     - What it is\n     - Needed\n     - Form"
    for key, field in fields.items():
        default = "" if field.default in (None, "") else f"; ``{field.default!r}`` by default"
        needed = f"yes ({TRUST[field.required]})" if field.required else ""
        if field.is_inheritable:
            needed += " or from the project" if needed else "may come from the project"
        form = field.form.described
        form = form if len(form) <= MAX_SHOWN else f"{form[: MAX_SHOWN - 3]}..."
        trust = TRUST[getattr(field.form, "trust", "low")]
        yield f"   * - ``{key}``\n     - {literal(field.note)}{default}\n     - {needed}"
        yield f"     - {form.replace('*', '')} ({trust})"
    yield ""


def literal(text):
    """Return text whose names in backticks are literals, also where a letter follows."""
    return re.sub(r"`([^`]+)`(\w?)", r"``\1``\\ \2", text)


def titled_table(record):
    """Yield the name of a record, what it is, and its table."""
    if record.fields:
        yield f".. rubric:: {record.name}\n\n{literal(record.doc)}\n"
        yield from table(record.fields)


def rules(record):
    """Yield what holds between the keys of a record."""
    for rule in record.rules:
        if isinstance(rule, schema.OneOf):
            only = "Only one" if rule.is_exclusive else "At least one"
            yield f"\n{only} of {', '.join(f'``{key}``' for key in rule.keys)} is needed.\n"


def nested(fields, seen):
    """Yield a table for each record in some fields that was not seen yet."""
    for field in fields.values():
        for record in records(field.form, seen):
            yield from titled_table(record)


def records(form, seen):
    """Yield the records of a form, each before those in it and once."""
    if isinstance(form, schema.Record):
        if form.name not in seen:
            seen.add(form.name)
            yield form
            for field in form.fields.values():
                yield from records(field.form, seen)
        return
    inner = {
        forms.Array: lambda: [form.item],
        forms.Map: lambda: [form.value],
        forms.AnyOf: lambda: form.forms,
        schema.Tagged: lambda: form.records.values(),
        forms.Recursive: lambda: [form.get()] if form.described not in seen else [],
    }.get(type(form), list)()
    if isinstance(form, forms.Recursive):
        seen.add(form.described)
    for part in inner:
        yield from records(part, seen)


def setup(app):
    app.add_directive("task-type-facts", Facts)
    app.add_directive("task-type-payload", Payload)
    app.add_directive("task-type-response", Response)
    app.add_directive("task-type-overview", Overview)
    return {"parallel_read_safe": True}
