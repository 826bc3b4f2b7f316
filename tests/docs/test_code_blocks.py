"""The documents are true: every python block in them runs, in order, as a reader would type it.

Each document has a sandbox and a namespace of its own. A line `#> text` in a block is what the
block prints. A comment `.. testsetup` holds code that the reader does not see, such as making a
file.
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
    "v2-models",
)  # fmt: skip
SPHINX_ROLES = ("doc", "ref", "class", "meth", "func", "exc", "attr", "data", "mod")
# What a page needs beyond the rest; vcrpy has no release for Python 3.9 and urllib3 2.
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
    """One block of code, and the line of the document that it starts on."""

    document: Path
    line: int
    code: str
    shown: bool

    @property
    def name(self):
        return f"{self.document.relative_to(ROOT).as_posix()}:{self.line}"

    @property
    def promised(self):
        """The lines that it says it prints."""
        return re.findall(r"^ *#> ?(.*)$", self.code, re.MULTILINE)


def blocks_of(document):
    lines = document.read_text("utf-8").splitlines()
    starts = ((number, START.match(line)) for number, line in enumerate(lines))
    return [block(document, lines, number, match) for number, match in starts if match]


def block(document, lines, number, start):
    """The block below line `number`: all that is indented more than the line is."""
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
    """Somebody who types a document's blocks, one after the other."""

    def __init__(self, document, folder):
        self.box = Sandbox()
        self.folder = folder
        self.names = {"__name__": f"reader_of_{document.stem}"}
        self.ahead = blocks_of(document)
        self.failed = None

    def read_to(self, block):
        """Run the blocks up to this one that have not been run yet."""
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
        self.box.stop()


def run(block, names):
    # Blank lines in front make the line numbers of a traceback those of the document.
    source = "\n" * (block.line - 1) + block.code + "\n"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, str(block.document), "exec"), names)
    if block.promised:
        assert printed.getvalue().splitlines() == block.promised, f"printed by {block.name}"


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """The reader of each document."""
    found = {}

    def reader(document):
        if document not in found:
            found[document] = Reader(document, tmp_path_factory.mktemp(document.stem))
            found[document].box.start()
        return found[document]

    yield reader
    for each in found.values():
        each.stop()


@pytest.fixture
def only_this_machine(monkeypatch):
    """Makes every connection to another machine fail the test."""
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
    """Takes back what a block sets on our logger."""
    logger = logging.getLogger("scaleapi")
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.mark.smoke
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_the_block_runs_and_prints_what_it_says(
    block, readers, monkeypatch, only_this_machine, quiet_log
):
    for tool in TOOLS.get(block.document.stem, ()):
        pytest.importorskip(tool)
    reader = readers(block.document)
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", reader.box.url)
    monkeypatch.setenv("SCALE_API_KEY", "test_key")
    monkeypatch.chdir(reader.folder)
    reader.read_to(block)


def know_sphinx():
    """Let docutils pass over what only Sphinx knows; test_site.py has Sphinx read it."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles

    class PassedOver(Directive):
        optional_arguments = 1
        final_argument_whitespace = has_content = True

        def run(self):
            return []

    def text(name, source, title, *_, **__):
        return [nodes.literal(source, title)], []

    for name in SPHINX_DIRECTIVES:
        directives.register_directive(name, PassedOver)
    for name in SPHINX_ROLES:
        roles.register_local_role(name, text)


def rendered(document):
    """The document as docutils reads it; any complaint, warnings included, is an error."""
    import docutils.core  # here, so that the smoke selection does without it

    know_sphinx()
    return docutils.core.publish_doctree(
        document.read_text("utf-8"),
        source_path=str(document),
        settings_overrides={"halt_level": 2, "report_level": 5, "syntax_highlight": "none"},
    )


def literal_blocks(tree):
    return list(tree.findall(lambda node: node.tagname == "literal_block"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_document_renders_and_no_block_of_it_is_left_out(document):
    tree = rendered(document)
    languages = [LANGUAGES.intersection(node["classes"]) for node in literal_blocks(tree)]
    assert all(languages), f"each literal block is one of {LANGUAGES}: write .. code-block:: text"
    shown = [block.code for block in blocks_of(document) if block.shown]
    python = [node.astext() for node in literal_blocks(tree) if "python" in node["classes"]]
    assert shown == [code.rstrip() for code in python]


def sections(tree):
    nodes = (node for node in tree.children if node.tagname == "section")
    return {node[0].astext(): node for node in nodes}


def test_every_section_of_the_readme_has_code():
    found = sections(rendered(README))
    assert not [title for title, node in found.items() if not literal_blocks(node)]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_holds_the_command_word_for_word(command):
    lines = [line.strip() for line in README.read_text("utf-8").splitlines()]
    assert lines.count(command) == 1
    title = next(iter(sections(rendered(README)).values()))
    assert command in title.astext(), "the commands stand at the top"
