"""Sphinx directives that list what the package defines: a new name needs no edit in docs/."""

import inspect
import re
import sys
from enum import Enum

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import scaleapi
from scaleapi import ScaleClient
from scaleapi._resource import Resource
from scaleapi.api_client import v2

# Listed by hand in api/v2_models.rst.
V2_BASES = ("Id", "Model", "ModelList", "RequestModel")


class Listing(SphinxDirective):
    """Base of directives that parse generated reStructuredText in their place."""

    optional_arguments = 1
    final_argument_whitespace = True

    def lines(self, arguments):
        """Yield the lines to parse."""
        raise NotImplementedError

    def run(self):
        arguments = self.arguments[0].split() if self.arguments else []
        lines = [line for text in self.lines(arguments) for line in text.split("\n")]
        element = nodes.Element()
        source = StringList(lines, source=self.get_source_info()[0])
        self.state.nested_parse(source, self.content_offset, element)
        return element.children


def client_methods():
    """Return each public method and property of the client, with the class that defines it."""
    return {
        name: base
        for base in reversed(ScaleClient.__mro__)
        for name, value in vars(base).items()
        if not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, property))
    }


class ClientMethods(Listing):
    """List the client's methods that the given modules define: a table, then each in full.

    Without arguments: a table of all methods.
    """

    def lines(self, arguments):
        methods = client_methods()
        modules = [f"scaleapi.{module}" for module in arguments]
        chosen = [name for name, base in methods.items() if base.__module__ in modules]
        yield ".. autosummary::\n   :nosignatures:\n"
        yield from (f"   ~scaleapi.ScaleClient.{name}" for name in chosen or sorted(methods))
        yield ""
        for name in chosen:
            is_property = isinstance(inspect.getattr_static(ScaleClient, name), property)
            kind = "property" if is_property else "method"
            yield f".. auto{kind}:: scaleapi.ScaleClient.{name}\n"


class PublicClasses(Listing):
    """List the public classes that the given modules define in full, enums last."""

    def lines(self, arguments):
        for module in (f"scaleapi.{module}" for module in arguments):
            names = [name for name in vars(sys.modules[module]) if name in scaleapi.__all__]
            classes = [getattr(scaleapi, name) for name in names]
            own = [cls for cls in classes if getattr(cls, "__module__", None) == module]
            for cls in sorted(own, key=lambda cls: issubclass(cls, Enum)):
                yield f".. autoclass:: scaleapi.{cls.__name__}"
                yield "   :inherited-members:\n" if issubclass(cls, Resource) else ""


class V2Models(Listing):
    """List the v2 models of a group in full."""

    def lines(self, arguments):
        for name in sorted(set(v2.models.__all__).difference(V2_BASES)):
            if [group_of(getattr(v2.models, name))] == arguments:
                yield f".. autoclass:: {name}\n   :show-inheritance:\n"


def group_of(model):
    """Return the group in which a v2 model is listed."""
    if issubclass(model, Enum):
        return "enums"
    if re.search(r"(Request|Response)$", model.__name__):
        return "requests" if model.__name__.endswith("Request") else "responses"
    return "annotations" if "Annotation" in model.__name__ else "objects"


def setup(app):
    app.add_directive("client-methods", ClientMethods)
    app.add_directive("public-classes", PublicClasses)
    app.add_directive("v2-models", V2Models)
    return {"parallel_read_safe": True}
