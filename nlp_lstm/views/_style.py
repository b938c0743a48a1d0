"""The one style of all pictures: sizes, fonts, and which name has which colour of the palette."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nlp_lstm.report.palette import FAINT as FAINT
from nlp_lstm.report.palette import GREY, INK, ON_DARK, ON_LIGHT, PART_COLOURS, RED, SLATE
from nlp_lstm.report.palette import MISSING as MISSING  # where there is no number
from nlp_lstm.report.palette import PAPER as PAPER

OTHERS = (INK, RED, SLATE)  # for names without a part, in turn: none of them is the colour of a part

LONGEST_WORD = 16  # characters of a word that are drawn

WIDTH = 11.0  # inches, of a picture; all lengths are inches
NARROW = 3.75  # inches, of a picture on a phone
MARGIN = 0.2
TITLE, TEXT, SMALL = 12.0, 9.0, 7.5  # points
CHARACTER = 0.0079  # inches of width of a common character, per point
LINE = 0.0195  # inches of height of a line of text, per point
PNG_DOTS = 144  # per inch
MOST_DOTS = 65_000  # of a PNG's height, less than 2 ** 16

# Fonts for scripts that matplotlib's own font lacks: those of them that are installed are used.
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "Noto Sans",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Microsoft YaHei",
    "Arial Unicode MS",
    "Noto Emoji",
)


def colours(names: Sequence[str]) -> dict[str, str]:
    """Return the colour of each name: that of the part that it holds, else one of those that are no part's.

    Example:
        >>> colours(["untrained_hidden_state", "majority"])
        {'untrained_hidden_state': '#0072b2', 'majority': '#222222'}
    """
    held = {
        name: next((colour for part, colour in PART_COLOURS.items() if part in name), None) for name in names
    }
    others = [name for name, colour in held.items() if colour is None]
    return {name: colour or OTHERS[others.index(name) % len(OTHERS)] for name, colour in held.items()}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the house, whatever the user's own settings of matplotlib, and put them back."""
    import matplotlib
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": ["DejaVu Sans", *(font for font in FONTS if font in installed), "sans-serif"],
                "font.size": TEXT,
                "text.color": INK,
                "figure.facecolor": PAPER,
                "axes.facecolor": PAPER,
                "text.parse_math": False,  # a word may hold dollars
                "axes.edgecolor": GREY,
                "axes.labelcolor": INK,
                "axes.linewidth": 0.6,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.grid": True,
                "axes.axisbelow": True,
                "grid.color": FAINT,
                "grid.linewidth": 0.5,
                "xtick.color": INK,
                "ytick.color": INK,
                "xtick.labelsize": SMALL,
                "ytick.labelsize": SMALL,
                "xtick.major.width": 0.6,
                "ytick.major.width": 0.6,
                "xtick.major.size": 2.5,
                "ytick.major.size": 2.5,
                "lines.linewidth": 1.6,
                "lines.markersize": 4,
                "svg.fonttype": "none",  # text stays text, in the reader's fonts
                "svg.hashsalt": "nlp-lstm",  # the same picture is the same bytes
            }
        )
        yield


def is_narrow(width: float) -> bool:
    """Return whether a picture is so narrow that names stand above what they name, not beside it."""
    return width < (NARROW + WIDTH) / 2


def width(text: str, size: float = TEXT) -> float:
    """Return about how wide a text is, in inches."""
    from rich.cells import cell_len

    return cell_len(text) * size * CHARACTER


def shorten(text: str, most: int) -> str:
    """Return a text of at most so many columns, with an ellipsis where something is cut off.

    Example:
        >>> shorten("internationalisation", 8)
        'interna…'
    """
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= most else set_cell_size(text, most - 1).rstrip() + "…"


def ink_on(colour: Sequence[float]) -> str:
    """Return the colour of text that can be read on a colour, (red, green, blue) in [0, 1].

    Neither has a variant for dark paper, because what is below it has none.
    """
    red, green, blue = (part**2.2 for part in colour[:3])
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # as WCAG 2.2 defines it, nearly
    return ON_LIGHT if luminance > 0.185 else ON_DARK
