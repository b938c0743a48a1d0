"""Name -> colour: what each colour means, the same in every picture, drawing and page.

    hidden_state blue, cell_state orange; each gate and the candidate a colour of its own
    what a tagger says: purple, negative, to green, positive
    the value of a unit, or a weight: brown below 0, white at 0, teal above
    a probability: light at 0, dark at 1

The colours of parts have the hues of Okabe & Ito 2008, darkened until lines of them can be seen on white, and
until their lightness differs, too; the scales are those of ColorBrewer (Harrower & Brewer 2003). Readers with
any of the common kinds of color blindness can tell them apart. `DARK` holds their variants on dark paper.
"""

BLUE, VERMILION, GREEN, PINK = "#0072b2", "#d55e00", "#00694f", "#d96c9c"
GOLD, SKY, GREY, RUST = "#6b5000", "#2899c8", "#767676", "#5a2a00"

# In the order in which a name is looked up: "tanh_cell_state" holds "cell_state".
PART_COLOURS = {
    "tanh_cell_state": RUST,
    "hidden_state": BLUE,
    "cell_state": VERMILION,
    "inputs": GREY,
    "input_gate": GREEN,
    "forget_gate": PINK,
    "output_gate": GOLD,
    "reset_gate": GREEN,
    "update_gate": PINK,
    "candidate": SKY,
}

# Scales by their names in matplotlib, and the ends of that of values.
SENTIMENT_SCALE, VALUE_SCALE, PROBABILITY_SCALE = "PRGn", "BrBG", "YlGnBu"
BELOW_ZERO, ABOVE_ZERO = "#8c510a", "#01665e"
VALUE_COLOURS = "brown below 0, white 0, teal above"

# What is no part: text, lines and grounds; and the colours of names that hold no part, such as "majority".
INK, FAINT, PAPER, MISSING = "#222222", "#d9d9d9", "#ffffff", "#eeeeee"
RED, SLATE = "#a01c2c", "#5f6b76"
# What a claim came to, with SLATE and GREY in between: it holds, or it does not.
TEAL, BROWN = "#00707a", "#8f4e00"
# Ink on a cell of a scale, which keeps its colour on dark paper, and so does the ink.
ON_LIGHT, ON_DARK = "#0a0a0a", "#fefefe"

# On light paper -> on dark. Between the colour of a part and its paper there is a contrast of at least 3:1.
DARK = {
    INK: "#ececec",
    FAINT: "#454545",
    PAPER: "#17181a",
    MISSING: "#34373c",
    BLUE: "#4aa3df",
    VERMILION: "#f07a28",
    RUST: "#c98a5a",
    GREEN: "#2fc79a",
    PINK: "#f7a8cc",
    GOLD: "#ffd76a",
    SKY: "#c0e8ff",
    GREY: "#9a9a9a",
    RED: "#ff7b7b",
    SLATE: "#a9b4c0",
    TEAL: "#4fd0d8",
    BROWN: "#e0a45c",
}
ON_DARK_PAPER = "@media screen and (prefers-color-scheme: dark)"


def dark_rules(drawing: str, where: str = "") -> str:
    """Return a style that gives the colours of an SVG their dark variants where the reader likes it dark.

    The drawing itself keeps the light ones, in its attributes: for paper, and for what knows no such style.

    Args:
        drawing: an SVG; colours that it does not hold need no rule.
        where: a selector of what the style is for, such as ".picture"; empty for the whole file.

    Example:
        >>> dark_rules('<rect fill="#ffffff"/>').splitlines()[1]
        ':is([fill="#ffffff"], [style*="fill: #ffffff"]) { fill: #17181a !important }'
    """
    rules = [
        f'{where} :is([{what}="{light}"], [style*="{what}: {light}"]) {{ {what}: {dark} !important }}'.strip()
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
        if f'{what}="{light}"' in drawing or f"{what}: {light}" in drawing
    ]
    return "\n".join([f"{ON_DARK_PAPER} {{", *rules, "}"])


# The nearest of a terminal's 256 colours that are read on black and on white; an outcome is none of these.
TERMINAL = {
    "hidden_state": "38;5;33",
    "cell_state": "38;5;208",
    "negative": "38;5;134",
    "positive": "38;5;35",
    "holds": "1;36",
    "holds in part": "36",
    "does not hold": "33",
    "not enough data": "2",
}
