"""Curves whose numbers are powers of ten, such as gradients through time, on a logarithmic axis."""

import numpy as np
import pytest

from nlp_lstm.report import Comparison

pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install -e '.[pictures]'")

from matplotlib.figure import Figure

from nlp_lstm.views._curves import curves_picture
from nlp_lstm.views._drawing import Sheet
from nlp_lstm.views._style import WIDTH, style


def test_curves_that_span_powers_of_ten_are_told_apart():
    """On a logarithmic axis a name stands where its curve ends, and small numbers are not one to the eye."""
    backs = np.arange(11)
    ends = {"gru": 0.5, "rnn": 1e-8, "untrained_gru": 1e-4, "untrained_rnn": 1e-6}
    curves = {name: end ** (backs / 10) for name, end in ends.items()}
    curves |= {"rnn_low": curves["rnn"] / 9, "rnn_high": curves["rnn"] * 9}
    table = Comparison.from_columns("sizes", list(map(str, backs)), curves, "words back", "", "curves")
    picture = curves_picture(table)
    assert "coincide" not in picture.note
    with style():
        figure = Figure(figsize=(WIDTH, picture.height))
        picture.draw(Sheet(figure))
        axes, high = figure.axes[0], figure.get_size_inches()[1]
        assert axes.get_yscale() == "log"
        assert axes.get_ylim()[0] < curves["rnn_low"][-1]  # the whole band is seen
        names = {text.get_text(): text for text in figure.texts}
        drawn = {
            (line.get_linestyle(), float(np.asarray(line.get_ydata())[-1])): line.get_color()
            for line in axes.lines
        }
        for name, end in ends.items():
            here = axes.transData.transform((10, end))[1] / figure.dpi
            assert names[name].get_position()[1] * high == pytest.approx(here, abs=0.05), name
            dashes = "--" if name.startswith("untrained") else "-"
            assert drawn[dashes, end] == names[name].get_color()
        for cell in ("gru", "rnn"):
            assert names[cell].get_color() == names[f"untrained_{cell}"].get_color()
        assert names["gru"].get_color() != names["rnn"].get_color()
