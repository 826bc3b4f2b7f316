"""Several pictures on one sheet, such as the frames of a video or the pages of a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .captions import FONT_SIZE, Line, fmt, render, white_page
from .svg import Canvas

WIDTH, GAP = 900, 10  # pixels on the screen


class Tile(NamedTuple):
    """A picture on a sheet.

    Attributes:
        caption: The text above it.
        canvas: The picture, made for the width of a tile.
    """

    caption: str
    canvas: Canvas


def tile_width(count: int, columns: int) -> float:
    """Return how wide the tiles of a sheet are."""
    used = max(1, min(count, columns))
    return min((WIDTH - GAP * (used + 1)) / used, 430)


class Sheet:
    """Pictures in rows.

    Args:
        tiles: The pictures.
        columns: How many are in a row, at most.
        title: Accessible name of the SVG.

    Attributes:
        count: The number of annotations.
    """

    def __init__(self, tiles: Sequence[Tile], columns: int, title: str) -> None:
        self.count = sum(len(tile.canvas.annotations) for tile in tiles)
        self._title = title
        self._columns = max(1, min(columns, len(tiles)))
        self._rows = [
            tiles[start : start + self._columns] for start in range(0, len(tiles), self._columns)
        ]
        self._tile_width = tile_width(len(tiles), columns)

    def svg(self, notes: Iterable[str] = (), background: bool = True) -> str:
        """See `Canvas.svg`."""
        width = self._columns * (self._tile_width + GAP) + GAP
        parts: list[str] = []
        top = float(GAP)
        for row in self._rows:
            parts += [
                self._render(tile, GAP + column * (self._tile_width + GAP), top, background)
                for column, tile in enumerate(row)
            ]
            top += max(tile.canvas.screen_size[1] for tile in row) + 2 * FONT_SIZE + GAP
        return white_page(parts, width, top, notes, self._title)

    def _render(self, tile: Tile, left: float, top: float, background: bool) -> str:
        (caption,) = render([Line(tile.caption)], left - FONT_SIZE / 2, top, 0, FONT_SIZE)
        position = f'x="{fmt(left)}" y="{fmt(top + 1.5 * FONT_SIZE)}" '
        return caption + tile.canvas.svg(background=background, position=position)
