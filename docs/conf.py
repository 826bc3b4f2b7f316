"""How Sphinx builds the site: `python -m sphinx -W --keep-going -n docs docs/_build`."""

import re
from enum import Enum

from sphinx.util.typing import stringify_annotation

import scaleapi
from scaleapi import RetryPolicy
from scaleapi._http.response import APIResult
from scaleapi._resource import Resource
from scaleapi.api_client.v2 import ApiResponse, Model, RequestModel
from scaleapi.api_client.v2.rest import RESTResponse
from scaleapi.bulk import BulkRun
from scaleapi.bulk.outcomes import Record
from scaleapi.sandbox import Callback, RecordedRequest

project = "scaleapi"
version = release = scaleapi.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

# furo: readable on a phone, light and dark, with no font or script from another host.
html_theme = "furo"
html_title = f"scaleapi {release}"
html_show_copyright = False
html_copy_source = False

default_role = "py:obj"  # single backticks, as in the docstrings: a link where there is something
toc_object_entries_show_parents = "hide"
add_module_names = False
maximum_signature_line_length = 80
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True, "member-order": "bysource"}
napoleon_numpy_docstring = False
napoleon_use_param = False
napoleon_attr_annotations = True
# Links into the package must lead somewhere. Other packages' documents are not asked: no network.
nitpick_ignore_regex = [
    (r"py:obj", r".*"),
    (r"py:(class|exc|meth)", r"(?!scaleapi\.)\w+\..*"),
    (r"py:class", r"scaleapi\.drawing\.(geometry|images|labels|svg)\.\w+"),
    (r"py:class", r"scaleapi\.(.*\.)?(_\w+(\.\w+)*|[A-Z]|Self)"),  # ours alone, or a TypeVar
]


# What callers are given, among which are kinds that they make.
GIVEN = (
    Enum,
    Model,
    Resource,
    Record,
    tuple,
    BulkRun,
    RecordedRequest,
    Callback,
    ApiResponse,
    RESTResponse,
    APIResult,
)
MADE = (RequestModel, RetryPolicy)

FORMS = {"_with_http_info": "ApiResponse", "_without_preload_content": "RESTResponse"}


def form_of(name):
    """The suffix that names a form of a v2 operation besides its plain one, else None."""
    return next((suffix for suffix in FORMS if name.endswith(suffix)), None)


def short_signature(app, what, name, obj, options, signature, returns):
    """Leave out what tells nothing: arguments of what is never made by hand, and repetitions."""
    if what in ("class", "exception") and issubclass(obj, GIVEN) and not issubclass(obj, MADE):
        return "", None
    form = form_of(name)
    if form:
        return "(...)", FORMS[form]
    if signature is None:
        return None
    return re.sub(r"<object object[^>]*>|frozenset\(\{.*?\}\)", "...", signature), returns


def say_once(app, what, name, obj, options, lines):
    """Point from the other forms of a v2 operation to the plain one, which has their docstring."""
    form = form_of(name)
    if form:
        plain = name[: -len(form)].rpartition(".")[2]
        lines[:] = [f"Takes what `{plain}` takes; gives a `{FORMS[form]}`."]


def with_fields(app, what, name, obj, options, lines):
    """Describe the fields of a v2 model, which its docstring leaves to the annotations."""
    if what == "class" and issubclass(obj, Model):
        for field in obj._fields.values():
            kind = stringify_annotation(field.hint, "smart")
            lines += ["", f".. attribute:: {field.name}", f"   :type: {kind}", ""]


def tidy_attributes(app, what, name, obj, options, lines):
    """Give each name of `a, b: what they are` a line of its own, and put its type beside it."""
    head = None
    for number, line in enumerate(lines):
        if line.startswith(".. attribute:: "):
            head = number
            lines[head] = re.sub(r", (?=\w+)", "\n" + " " * 15, line)
        elif head is not None and line.startswith("   :type: ") and number > head + 1:
            lines[head], lines[number] = f"{lines[head]}\n{line}", ""
    lines[:] = "\n".join(lines).split("\n")


def skip(app, what, name, obj, skip, options):
    """Show members of enums, whose names say it all; fields of tuples are in the docstring."""
    if isinstance(obj, Enum):
        return False
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app):
    app.connect("autodoc-process-signature", short_signature)
    app.connect("autodoc-process-docstring", say_once)
    app.connect("autodoc-process-docstring", with_fields, priority=600)  # napoleon comes at 500
    app.connect("autodoc-process-docstring", tidy_attributes, priority=600)
    app.connect("autodoc-skip-member", skip)
