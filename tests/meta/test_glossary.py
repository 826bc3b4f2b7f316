"""The vocabulary: the field's terms, not the private idioms that earlier versions had."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IDIOMS = {
    "crew": "thread pool",
    "dismiss": "shut down",
    "teller": "progress reporter",
    "makes no sense": "is invalid",
    "is told": "receives, is notified",
    "comes back": "returns",
    "broken off": "interrupted",
    "a text": "a string",
    "pace": "throttle",
    "repeats_unprotected": "retry_non_idempotent",
}


def checked_files():
    for folder in ("scaleapi", "docs", "examples", "tests"):
        for kind in ("*.py", "*.rst"):
            yield from sorted((ROOT / folder).rglob(kind))
    yield from (ROOT / "README.rst", ROOT / "pyproject.toml", ROOT / "setup.py")


@pytest.mark.parametrize("idiom", IDIOMS)
def test_glossary_private_idiom_occurs_nowhere(idiom):
    """In code, a name's parts count as words; in text, a line break counts as a space."""
    pattern = re.compile(
        r"(?<![a-z])" + idiom.replace(" ", r"\s+") + r"(e?s|ed)?(?![a-z])", re.IGNORECASE
    )
    found = []
    for path in checked_files():
        if path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8")
        found += [
            f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            for match in pattern.finditer(text)
        ]
    assert not found, f'write "{IDIOMS[idiom]}" instead of "{idiom}"'
