"""Name -> colour: what each colour means, the same in every picture, drawing and page.

    hidden_state blue, cell_state orange; each gate and the candidate a colour of its own
    what a tagger says: purple, negative, to green, positive
    the value of a unit, or a weight: brown below 0, white at 0, teal above
    a probability: light at 0, dark at 1

The colours of parts are those of Okabe & Ito 2008, the scales those of ColorBrewer (Harrower & Brewer 2003):
readers with any of the common kinds of color blindness can tell them apart.
"""

BLUE, VERMILION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY, GREY = "#e69f00", "#56b4e9", "#7f7f7f"

# In the order in which a name is looked up: "tanh_cell_state" holds "cell_state".
PART_COLOURS = {
    "tanh_cell_state": "#8c4a00",
    "hidden_state": BLUE,
    "cell_state": VERMILION,
    "inputs": GREY,
    "input_gate": GREEN,
    "forget_gate": PURPLE,
    "output_gate": ORANGE,
    "reset_gate": GREEN,
    "update_gate": PURPLE,
    "candidate": SKY,
}

# Scales by their names in matplotlib, and the ends of that of values.
SENTIMENT_SCALE, VALUE_SCALE, PROBABILITY_SCALE = "PRGn", "BrBG", "YlGnBu"
BELOW_ZERO, ABOVE_ZERO = "#8c510a", "#01665e"
VALUE_COLOURS = "brown below 0, white 0, teal above"
