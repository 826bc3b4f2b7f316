"""Run every Python block of the documents, in order, and compare what it prints.

Each document has its own sandbox and namespace. A line `#> text` in a block is what the block
prints. A comment `.. testsetup` contains code that readers do not see, such as creating a file.
"""

import contextlib
import io
import logging
import re
import socket
from pathlib import Path
from typing import NamedTuple

import pytest

import scaleapi
from scaleapi.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
README = ROOT / "README.rst"
DOCUMENTS = [README, *sorted(ROOT.glob("docs/[!_]*.rst")), *sorted(ROOT.glob("docs/[!_]*/*.rst"))]
START = re.compile(r"(?P<indent> *)\.\. (?P<kind>code-block:: python|testsetup)$")
LANGUAGES = {"python", "console", "text"}
SPHINX_DIRECTIVES = (
    "toctree", "currentmodule", "automodule", "autoclass", "autoexception", "autofunction",
    "automethod", "autoproperty", "py:data", "attribute", "client-methods", "public-classes",
    "grid", "grid-item-card", "v2-models", "task-type-facts", "task-type-overview",
    "task-type-payload", "task-type-response",
)  # fmt: skip
SPHINX_ROLES = ("doc", "ref", "class", "meth", "func", "exc", "attr", "data", "mod")
# Packages that a page needs; vcrpy has no release for Python 3.9 and urllib3 2.
TOOLS = {
    "testing": (
        "freezegun", "opentelemetry.instrumentation.requests", "opentelemetry.sdk",
        "pytest_recording", "requests_mock", "responses", "vcr",
    ),
}  # fmt: skip
COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install '.[sandbox]' "
    "&& .venv/bin/python examples/quickstart.py",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/python -m pytest",
)


class Block(NamedTuple):
    """A block of code, and the line of the document on which it starts."""

    document: Path
    line: int
    code: str
    shown: bool

    @property
    def name(self):
        return f"{self.document.relative_to(ROOT).as_posix()}:{self.line}"

    @property
    def expected_output(self):
        """The lines that it should print."""
        return re.findall(r"^ *#> ?(.*)$", self.code, re.MULTILINE)


def blocks_of(document):
    lines = document.read_text("utf-8").splitlines()
    starts = ((number, START.match(line)) for number, line in enumerate(lines))
    return [block(document, lines, number, match) for number, match in starts if match]


def block(document, lines, number, start):
    """Return the block below line `number`: the lines that are indented more."""
    first = number + 1
    while not lines[first].strip():
        first += 1
    indent = len(lines[first]) - len(lines[first].lstrip())
    assert indent > len(start["indent"]), f"{document.name}:{number + 1} is empty"
    end = first
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" " * indent)):
        end += 1
    code = "\n".join(line[indent:] for line in lines[first:end]).rstrip()
    return Block(document, first + 1, code, start["kind"] != "testsetup")


BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document)]


class Reader:
    """Runs the blocks of a document, one after the other."""

    def __init__(self, document, folder):
        self.sandbox = Sandbox()
        self.folder = folder
        self.names = {"__name__": f"reader_of_{document.stem}"}
        self.ahead = blocks_of(document)
        self.failed = None

    def read_to(self, block):
        """Run the blocks up to and including this one that have not run yet."""
        if self.failed is not None:
            pytest.fail(f"{self.failed.name}, which comes before, has failed", pytrace=False)
        while self.ahead and self.ahead[0].line <= block.line:
            self.failed = next_one = self.ahead.pop(0)
            run(next_one, self.names)
            self.failed = None

    def stop(self):
        for value in self.names.values():
            if isinstance(value, (scaleapi.ScaleClient, scaleapi.Api)):
                value.close()
        self.sandbox.stop()


def run(block, names):
    # With leading blank lines, tracebacks have the line numbers of the document.
    source = "\n" * (block.line - 1) + block.code + "\n"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, str(block.document), "exec"), names)
    if block.expected_output:
        assert printed.getvalue().splitlines() == block.expected_output, f"printed by {block.name}"


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """Returns the reader of a document."""
    found = {}

    def reader(document):
        if document not in found:
            found[document] = Reader(document, tmp_path_factory.mktemp(document.stem))
            found[document].sandbox.start()
        return found[document]

    yield reader
    for each in found.values():
        each.stop()


@pytest.fixture
def only_this_machine(monkeypatch):
    """Fails the test if it connects to another machine."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def checked_connect(self, address):
        assert address[0] in ("127.0.0.1", "::1"), f"a block connects to {address}"
        return connect(self, address)

    def checked_look_up(host, *rest, **options):
        assert host in ("127.0.0.1", "localhost", "::1", None), f"a block looks up {host}"
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", checked_connect)
    monkeypatch.setattr(socket, "getaddrinfo", checked_look_up)


@pytest.fixture
def quiet_log():
    """Restores the level of the logger."""
    logger = logging.getLogger("scaleapi")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.mark.smoke
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_code_block_runs_and_prints_its_expected_output(
    block, readers, monkeypatch, only_this_machine, quiet_log
):
    for tool in TOOLS.get(block.document.stem, ()):
        pytest.importorskip(tool)
    reader = readers(block.document)
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", reader.sandbox.url)
    monkeypatch.setenv("SCALE_API_KEY", "test_key")
    monkeypatch.chdir(reader.folder)
    reader.read_to(block)


def register_sphinx():
    """Make docutils ignore the directives and roles of Sphinx; test_site.py checks those."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles

    class Ignored(Directive):
        optional_arguments = 1
        final_argument_whitespace = has_content = True

        def run(self):
            return []

    def text(name, source, title, *_, **__):
        return [nodes.literal(source, title)], []

    for name in SPHINX_DIRECTIVES:
        directives.register_directive(name, Ignored)
    for name in SPHINX_ROLES:
        roles.register_local_role(name, text)


def rendered(document):
    """Return the parsed document; warnings are errors."""
    import docutils.core  # here, so that the smoke tests do not need it

    register_sphinx()
    return docutils.core.publish_doctree(
        document.read_text("utf-8"),
        source_path=str(document),
        settings_overrides={"halt_level": 2, "report_level": 5, "syntax_highlight": "none"},
    )


def literal_blocks(tree):
    return list(tree.findall(lambda node: node.tagname == "literal_block"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_document_renders_and_every_code_block_is_tested(document):
    tree = rendered(document)
    languages = [LANGUAGES.intersection(node["classes"]) for node in literal_blocks(tree)]
    assert all(languages), f"each literal block is one of {LANGUAGES}: write .. code-block:: text"
    shown = [block.code for block in blocks_of(document) if block.shown]
    python = [node.astext() for node in literal_blocks(tree) if "python" in node["classes"]]
    assert shown == [code.rstrip() for code in python]


def sections(tree):
    nodes = (node for node in tree.children if node.tagname == "section")
    return {node[0].astext(): node for node in nodes}


def test_readme_sections_all_have_code():
    found = sections(rendered(README))
    assert not [title for title, node in found.items() if not literal_blocks(node)]


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_has_the_command_exactly_once(command):
    lines = [line.strip() for line in README.read_text("utf-8").splitlines()]
    assert lines.count(command) == 1
    title = next(iter(sections(rendered(README)).values()))
    assert command in title.astext(), "the commands stand at the top"
