"""Facts and the first layer -> the title of an anatomy, and whose weights these are, in words."""

from collections.abc import Mapping
from typing import Any

from nlp_lstm.anatomies._svg import counted
from nlp_lstm.anatomies.layers import Layer

KINDS = {"lstm": "an LSTM", "gru": "a GRU", "rnn": "a simple RNN"}


def title_of(facts: Mapping[str, Any], layer: Layer) -> str:
    """Return the title of an anatomy: what was taken apart, and how many weights it has."""
    parameters = f"{facts['parameters']:,} parameters"
    if "run" in facts:
        return f"Anatomy of the run {facts['run']}: {parameters}"
    if "model" in facts:
        return f"Anatomy of the model {facts['model']}: {parameters}"
    kind, several = KINDS[layer.cell], facts["layers"] > 1
    made = f"{facts['layers']} {kind.partition(' ')[2]} layers" if several else f"{kind} layer"
    return f"Anatomy of {made}: {_sizes(layer)}, {parameters}"


def about(facts: Mapping[str, Any], layer: Layer) -> str:
    """Return whose weights are shown, and what is read."""
    kind = KINDS[layer.cell]
    if "run" in facts:
        article, sizes = f"{kind[0].upper()}{kind[1:]}", _sizes(layer)
        return (
            f"{article} for {facts['task']}: {sizes}, layers: {facts['layers']}; it reads {facts['text']!r}"
        )
    if "model" in facts:
        return f"{layer.name} is {kind}: {_sizes(layer)}. The model reads made-up inputs"
    return f"The weights are those {facts['weights'].replace(',', ', as Keras starts it,')}"


def _sizes(layer: Layer) -> str:
    """How much a layer reads, and how many units it has."""
    return f"{counted(layer.input_dim, layer.reads)}, {counted(layer.units, 'units')}"
