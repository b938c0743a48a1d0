"""Draw the map of the code from its imports, as SVG: `python docs/code_map.py` prints it.

A room is a folder or a module at the top of the package. It stands one floor above the highest room that it
imports from, so an arrow always points down. An arrow that follows from two others is left out: where the
verdict imports analyses, and analyses import states, no arrow leads from the verdict to states.
"""

import ast
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"nlp_lstm": ROOT / "nlp_lstm", "tasks": ROOT / "tasks"}
WIDTH, HEIGHT, GAP, FLOOR = 112, 34, 28, 76  # of a box, between boxes, from floor to floor
STYLE = (
    "text{font:13px sans-serif;fill:currentColor;text-anchor:middle}"
    "rect{fill:var(--color-background-primary,Canvas);stroke:currentColor}path{fill:none;stroke:currentColor;opacity:.5}"
    "marker path{fill:currentColor;stroke:none;opacity:1}"
)

Rooms = dict[str, set[str]]


def read_rooms() -> Rooms:
    """Return the rooms, each with the rooms that it imports from."""
    rooms: Rooms = {}
    for file in sorted(chain(*(folder.rglob("*.py") for folder in FOLDERS.values()))):
        room = _room(file)
        if room:
            imported = {_target(name) for name in _imports(file)}
            rooms[room] = rooms.get(room, set()) | imported
    return {room: {other for other in below if other in rooms} - {room} for room, below in rooms.items()}


def find_floors(rooms: Rooms) -> dict[str, int]:
    """Return the floor of each room, 0 for those that import from none."""
    floors: dict[str, int] = {}

    def floor(room: str) -> int:
        """The floor of a room, once known."""
        if room not in floors:
            floors[room] = max((floor(below) + 1 for below in rooms[room]), default=0)
        return floors[room]

    for room in rooms:
        floor(room)
    return floors


def drop_detours(rooms: Rooms) -> Rooms:
    """Return the rooms without imports that follow from two others or more."""

    def reach(room: str) -> set[str]:
        """All rooms below a room."""
        return set().union(*({below} | reach(below) for below in rooms[room]))

    return {
        room: below - set().union(*(reach(other) for other in below)) if below else set()
        for room, below in rooms.items()
    }


def draw(rooms: Rooms) -> str:
    """Return the map as SVG, in the colour of the text around it."""
    floors = find_floors(rooms)
    highest = max(floors.values())
    rows = [[room for room in rooms if floors[room] == highest - row] for row in range(highest + 1)]
    wide = max(len(row) for row in rows) * (WIDTH + GAP) + GAP
    places = {
        room: (wide / 2 + (number - (len(row) - 1) / 2) * (WIDTH + GAP), GAP + HEIGHT / 2 + place * FLOOR)
        for place, row in enumerate(rows)
        for number, room in enumerate(row)
    }
    arrows = [
        _arrow(places[room], places[below])
        for room, all_below in drop_detours(rooms).items()
        for below in sorted(all_below)
    ]
    boxes = [_box(room, *place) for room, place in places.items()]
    tall = 2 * GAP + HEIGHT + highest * FLOOR
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" role="img" '
            f'style="max-width:{wide}px;width:100%"><title>The rooms of the code and their imports</title>',
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
            *arrows,
            *boxes,
            "</svg>",
        ]
    )


def _room(file: Path) -> str:
    """The room that a file is in; empty for what only opens the door."""
    if file.is_relative_to(FOLDERS["tasks"]):
        return "tasks"
    name = file.relative_to(FOLDERS["nlp_lstm"]).parts[0].removesuffix(".py")
    return "" if name.startswith("__") else name


def _imports(file: Path) -> set[str]:
    """Dotted names that a file imports from the package, wherever it does so."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    names = {f"{node.module}.{alias.name}" for node in found for alias in node.names}
    return {name for name in names if name.startswith("nlp_lstm.")}


def _target(name: str) -> str:
    """The room that holds what is imported."""
    return name.split(".")[1]


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A curve from the lower edge of a box to the upper edge of another."""
    (x, y), (below, deep) = start, end
    y, deep = y + HEIGHT / 2, deep - HEIGHT / 2
    bend = min(FLOOR, (deep - y) / 2)
    curve = f"M{x:g} {y:g}C{x:g} {y + bend:g} {below:g} {deep - bend:g} {below:g} {deep:g}"
    return f'<path d="{curve}" marker-end="url(#tip)"/>'


def _box(room: str, x: float, y: float) -> str:
    """A named box."""
    left, top = x - WIDTH / 2, y - HEIGHT / 2
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{x:g}" y="{y + 4.5:g}">{room}</text>'
    )


if __name__ == "__main__":
    print(draw(read_rooms()))
