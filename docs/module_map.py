"""Draws the map of the modules: `python docs/module_map.py` writes module_map.svg beside itself.

What stands in which box is said here; what imports what is read from the package. A test holds the
two against each other: a box imports from those below it in its column, and across as ACROSS says.
"""

import ast
from html import escape
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Set, Tuple

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "scaleapi"


class Box(NamedTuple):
    """Modules that belong together; a name that ends in a slash is a folder, with all in it."""

    title: str
    modules: str


CLIENT = (
    (Box("What you import", "__init__ client"),),
    (Box("Many at once", "_bulk bulk/ _results"), Box("v2", "_v2 api_client/")),
    (Box("Tables, callbacks", "dataframes callbacks"), Box("Files fetched", "_downloads")),
    (
        Box(
            "Resources: enums, object, calls of each",
            "tasks batches projects files teams studio "
            "quality_tasks evaluation_tasks training_tasks",
        ),
    ),
    (Box("Transport: one call", "api _call _lost_answers _answers retries _faults _multipart"),),
    (Box("Files written", "_whole_files"), Box("Connections", "_pool _connection")),
    (Box("Drawings of annotations", "drawing/"),),
    (Box("Common ground", "_resource _arguments pagination _times _html _version"),),
    (Box("Errors", "exceptions"),),
)
SANDBOX = (
    (Box("In your tests", "pytest_plugin"),),
    (Box("Ways in", "sandbox/__init__ sandbox/__main__ sandbox/box"),),
    (Box("HTTP", "sandbox/server sandbox/app"),),
    (Box("Routes: one module per resource", "sandbox/routes/"),),
    (
        Box(
            "What the service does",
            "sandbox/wire sandbox/v2 sandbox/page sandbox/seeding sandbox/deliveries sandbox/clock "
            "sandbox/lifecycle sandbox/canned sandbox/chat sandbox/inputs",
        ),
    ),
    (
        Box(
            "State, failures, keys",
            "sandbox/store sandbox/hits sandbox/faults sandbox/callbacks sandbox/callers "
            "sandbox/keys sandbox/refusals sandbox/times sandbox/masks sandbox/chunks "
            "sandbox/depth",
        ),
    ),
)
COLUMNS = (("The client", CLIENT), ("The sandbox", SANDBOX))
ACROSS = [
    ("In your tests", "What you import"),
    ("Ways in", "What you import"),
    ("Routes: one module per resource", "Resources: enums, object, calls of each"),
    ("What the service does", "Resources: enums, object, calls of each"),
    ("What the service does", "Drawings of annotations"),
    ("What the service does", "Common ground"),
    ("State, failures, keys", "Connections"),
]
"""Who imports from the other column: its own client, and enums."""


# What is there.


def module_names() -> List[str]:
    """All modules, as paths below the package without their ending."""
    paths = PACKAGE.rglob("*.py")
    return sorted(path.relative_to(PACKAGE).with_suffix("").as_posix() for path in paths)


def box_of(module: str) -> List[Tuple[str, int, Box]]:
    """Where a module stands: column, row from the top, box. A good map gives exactly one."""
    return [
        (column, number, box)
        for column, rows in COLUMNS
        for number, row in enumerate(rows)
        for box in row
        for name in box.modules.split()
        if module == name or (name.endswith("/") and module.startswith(name))
    ]


def imports() -> Set[Tuple[str, str]]:
    """Pairs of modules of which the first imports the second, in functions too."""
    return {(name, other) for name in module_names() for other in imported_by(name)}


def imported_by(module: str) -> Iterator[str]:
    """What a module imports of the package when it runs."""
    parts = module.split("/")
    tree = ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))
    for node in running(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = parts[: len(parts) - node.level]
            base = [*above, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                yield file_of([*base, alias.name]) or file_of(base) or "/".join(base)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """A tree without what only type checkers read."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from running(child)


def file_of(parts: List[str]) -> str:
    """The module of this name, empty where there is none."""
    for path in ("/".join(parts), "/".join([*parts, "__init__"])):
        if (PACKAGE / f"{path}.py").exists():
            return path
    return ""


# How it is drawn.

WIDTH, GAP, PAD, LINE, TITLE = 344, 10, 10, 17, 18
LEFT_OF = {"The client": 1, "The sandbox": 1 + WIDTH + 46}
STYLE = """
  .map { font-family: system-ui, sans-serif; color: var(--color-foreground-primary, #1b1b1b); }
  .map text { fill: currentColor; font-size: 13px; }
  .map .head { font-size: 16px; font-weight: 600; }
  .map .title { font-weight: 600; }
  .map .names { font-family: ui-monospace, monospace; font-size: 12px; }
  .map .box { fill: var(--color-background-secondary, #f4f5f7); stroke: currentColor; }
  .map .arrow { fill: none; stroke: currentColor; stroke-width: 1.2; }
"""


class Drawn(NamedTuple):
    """A box with its place."""

    box: Box
    left: int
    top: int
    width: int
    height: int
    lines: List[str]


def lines_of(box: Box, width: int) -> List[str]:
    """The names in a box, broken where its width ends."""
    lines = [""]
    for name in box.modules.split():
        short = name[len("sandbox/") :] if name.startswith("sandbox/") else name
        if len(lines[-1]) + 2 + len(short) > (width - 2 * PAD) / 7.3:
            lines.append("")
        lines[-1] = f"{lines[-1]}  {short}".strip()
    return lines


def placed(column: str, rows: Tuple[Tuple[Box, ...], ...]) -> List[Drawn]:
    """A column's boxes, row under row."""
    top, drawn = 40, []
    for row in rows:
        width = (WIDTH - GAP * (len(row) - 1)) // len(row)
        texts = [lines_of(box, width) for box in row]
        height = max(len(lines) for lines in texts) * LINE + TITLE + 2 * PAD
        for number, (box, lines) in enumerate(zip(row, texts)):
            left = LEFT_OF[column] + number * (width + GAP)
            drawn.append(Drawn(box, left, top, width, height, lines))
        top += height + GAP
    return drawn


def svg_of(drawn: Drawn) -> List[str]:
    """A box with its text."""
    box, left, top, width, height, lines = drawn
    x, y = left + PAD, top + PAD + 11
    return [
        f'<rect class="box" x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>',
        f'<text class="title" x="{x}" y="{y}">{escape(box.title)}</text>',
        *(
            f'<text class="names" x="{x}" y="{y + TITLE + number * LINE}" xml:space="preserve">'
            f"{escape(line)}</text>"
            for number, line in enumerate(lines)
        ),
    ]


def arrows(boxes: Dict[str, Drawn]) -> Iterator[str]:
    """From the sandbox's column to the client's."""
    for number, (start, end) in enumerate(ACROSS):
        a, b = boxes[start], boxes[end]
        place = [one for one, other in ACROSS if other == end].index(start)  # side by side
        x1, x2 = a.left, b.left + b.width + 7
        y1, y2 = a.top + a.height // 2, b.top + b.height // 2 - 6 + 12 * place
        middle = x1 - 8 - 28 * number // len(ACROSS)
        yield f'<path class="arrow" d="M{x1} {y1}H{middle}V{y2}H{x2}" marker-end="url(#tip)"/>'


def drawing() -> str:
    """The map, as SVG that takes the page's colours."""
    columns = {name: placed(name, rows) for name, rows in COLUMNS}
    boxes = {drawn.box.title: drawn for column in columns.values() for drawn in column}
    ends = {name: column[-1].top + column[-1].height for name, column in columns.items()}
    width, height = LEFT_OF["The sandbox"] + WIDTH + 1, max(ends.values()) + 1
    heads = (
        f'<text class="head" x="{LEFT_OF[name]}" y="24">{escape(name)}</text>' for name in columns
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="Map of the modules">',
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker>'
            "</defs>",
            *heads,
            *(line for drawn in boxes.values() for line in svg_of(drawn)),
            *arrows(boxes),
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    (HERE / "module_map.svg").write_text(drawing(), "utf-8")
