"""Draws docs/probe.svg: the lengths of hidden and cell state at every word, for the newest runs.

python docs/picture.py > docs/probe.svg
"""

import html

from nlp_lstm import probe

SENTENCE = "the sky is blue, therefore the baby elephant is crying"
STEP, HEIGHT, LEFT = 82, 90, 150
BLUE, ORANGE = "#0072b2", "#d55e00"  # told apart by colour-blind readers


def bars(values: list[float], top: float, colour: str) -> list[str]:
    """One bar per word, as high as its value beside the largest of all, with the value above it."""
    drawn = []
    for t, value in enumerate(values):
        height = HEIGHT * value / max(values)
        x, y = LEFT + t * STEP, top + HEIGHT - height
        drawn.append(f'<rect x="{x}" y="{y:.1f}" width="34" height="{height:.1f}" fill="{colour}"/>')
        drawn.append(text(x + 17, y - 5, f"{value:.1f}", size=11))
    return drawn


def text(x: float, y: float, words: str, size: int = 13, anchor: str = "middle") -> str:
    """A line of text."""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f"<text {place}>{html.escape(words)}</text>"


def main() -> None:
    """Print the drawing."""
    shapes, top = [], 30
    for table in probe(SENTENCE).comparisons:
        records = table.records()
        for t, record in enumerate(records):
            x = LEFT + t * STEP + 17
            shapes.append(text(x, top, str(record["word"]), size=14))
            shapes.append(text(x, top + 18, " ".join(str(record["says"]).split(" ")[:1]), size=11))
        shapes.append(text(8, top, table.title.split(",")[0], size=14, anchor="start"))
        shapes.append(text(8, top + 18, "says after the word", size=11, anchor="start"))
        for name, colour in (("hidden_state", BLUE), ("cell_state", ORANGE)):
            top += 44
            shapes += bars([float(record[f"{name}_norm"]) for record in records], top, colour)  # type: ignore[arg-type]
            shapes.append(text(8, top + HEIGHT / 2, f"norm of {name}", size=12, anchor="start"))
            top += HEIGHT
        top += 60
    width = LEFT + len(records) * STEP
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top - 40}" font-family="sans-serif">'
        '<rect width="100%" height="100%" fill="white"/>' + "".join(shapes) + "</svg>"
    )


if __name__ == "__main__":
    main()
