"""How Sphinx builds the site: `python -m sphinx -W --keep-going -n docs docs/_build`."""

import re
import sys
from enum import Enum
from pathlib import Path

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

sys.path.insert(0, str(Path(__file__).parent))  # for _listings

project = "scaleapi"
version = release = scaleapi.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "notfound.extension",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_llm.txt",
    "_listings",
    "_task_types",
]
exclude_patterns = ["_build"]

# furo: readable on a phone, light and dark, with no font or script from another host.
html_theme = "furo"
html_title = f"scaleapi {release}"
html_show_copyright = False
html_copy_source = False

# Prompts and what blocks print are not copied.
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
notfound_urls_prefix = None
# A Markdown twin of each page, and llms.txt, which lists them.
llms_txt_description = "The Python SDK for Scale AI's labeling API, with a local sandbox of it."
llms_txt_suffix_mode = "replace"
llms_txt_suppress_unknown_node_warnings = True
html_favicon = "images/favicon.svg"

default_role = "py:obj"  # single backticks, as in docstrings: a link if the name is documented
toc_object_entries_show_parents = "hide"
add_module_names = False
maximum_signature_line_length = 80
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True, "member-order": "bysource"}
autosummary_generate = False  # tables only; the entries are in docs/api
napoleon_numpy_docstring = False
napoleon_use_param = False
napoleon_attr_annotations = True
# Links into the package must resolve. Those to other packages are not checked, to need no network.
nitpick_ignore_regex = [
    (r"py:obj", r".*"),
    (r"py:(class|exc|meth)", r"(?!scaleapi\.)\w+\..*"),
    (r"py:class", r"scaleapi\.drawing\.(geometry|images|labels|svg)\.\w+"),
    (r"py:class", r"scaleapi\.(.*\.)?(_\w+(\.\w+)*|[A-Z]|Self)"),  # private, or a TypeVar
]


# Classes whose instances users receive from the package, and those of them that users also make.
RECEIVED = (
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
    """Return the suffix of a v2 operation's variant, or None for the plain operation."""
    return next((suffix for suffix in FORMS if name.endswith(suffix)), None)


def short_signature(app, what, name, obj, options, signature, returns):
    """Omit the signature of classes that users do not construct, and unreadable defaults."""
    if what in ("class", "exception") and issubclass(obj, RECEIVED) and not issubclass(obj, MADE):
        return "", None
    form = form_of(name)
    if form:
        return "(...)", FORMS[form]
    if signature is None:
        return None
    return re.sub(r"<object object[^>]*>|frozenset\(\{.*?\}\)", "...", signature), returns


def refer_to_plain_form(app, what, name, obj, options, lines):
    """Refer from the variants of a v2 operation to the plain one, which has the docstring."""
    form = form_of(name)
    if form:
        plain = name[: -len(form)].rpartition(".")[2]
        lines[:] = [f"Takes the arguments of `{plain}`; returns a `{FORMS[form]}`."]


def with_fields(app, what, name, obj, options, lines):
    """List the fields of a v2 model with their types, from its annotations."""
    if what == "class" and issubclass(obj, Model):
        for field in obj._fields.values():
            hint = stringify_annotation(field.hint, "smart")
            lines += ["", f".. attribute:: {field.name}", f"   :type: {hint}", ""]


def tidy_attributes(app, what, name, obj, options, lines):
    """Split the attributes of `a, b: description` into one line each, with their types."""
    start = None
    for number, line in enumerate(lines):
        if line.startswith(".. attribute:: "):
            start = number
            lines[start] = re.sub(r", (?=\w+)", "\n" + " " * 15, line)
        elif start is not None and line.startswith("   :type: ") and number > start + 1:
            lines[start], lines[number] = f"{lines[start]}\n{line}", ""
    lines[:] = "\n".join(lines).split("\n")


def skip(app, what, name, obj, skip, options):
    """Show the members of enums, and hide the fields of named tuples, which docstrings describe."""
    if isinstance(obj, Enum):
        return False
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app):
    app.connect("autodoc-process-signature", short_signature)
    app.connect("autodoc-process-docstring", refer_to_plain_form)
    app.connect("autodoc-process-docstring", with_fields, priority=600)  # napoleon runs at 500
    app.connect("autodoc-process-docstring", tidy_attributes, priority=600)
    app.connect("autodoc-skip-member", skip)
