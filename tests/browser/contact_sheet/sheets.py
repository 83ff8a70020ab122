"""One image of many screenshots."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw
from playwright.sync_api import ViewportSize

COLUMNS, WIDTH, HEIGHT, LABEL, GAP = 8, 300, 420, 22, 10
"""Thumbnails in a row, and their pixels. A longer page is cut off at the bottom."""


@dataclass(frozen=True, slots=True)
class Window:
    """The browser's window of one kind of device."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]

    @property
    def size(self) -> ViewportSize:
        return {"width": self.width, "height": self.height}

    def path(self, folder: Path, name: str) -> Path:
        """Return the file of the page's screenshot."""
        return folder / f"{re.sub(r'[^a-zA-Z0-9]+', '-', name).strip('-') or 'studies'}-{self.name}.png"


def draw_sheet(folder: Path, window: Window, names: Sequence[str]) -> Path:
    """Draw the screenshots of the pages, each under its name."""
    shots = [(one, window.path(folder, one)) for one in names]
    shots = [(name, path) for name, path in shots if path.exists()]
    rows = -(-len(shots) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (WIDTH + GAP), max(1, rows) * (HEIGHT + LABEL + GAP)), "#888")
    for number, (name, path) in enumerate(shots):
        left, top = number % COLUMNS * (WIDTH + GAP), number // COLUMNS * (HEIGHT + LABEL + GAP)
        ImageDraw.Draw(sheet).text((left, top + 5), name[:48], fill="#fff")
        sheet.paste(_thumbnail(path), (left, top + LABEL))
    sheet.save(folder / f"all-{window.name}.png")
    return folder / f"all-{window.name}.png"


def _thumbnail(path: Path) -> Image.Image:
    with Image.open(path) as shot:
        width, height = shot.size
        shown = shot.crop((0, 0, width, min(height, HEIGHT * width // WIDTH)))
        return shown.resize((WIDTH, max(1, shown.height * WIDTH // width)))
