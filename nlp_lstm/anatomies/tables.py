"""Reading -> tables: matrices, arrows, a step worked out, steps, batches, arguments."""

from collections.abc import Mapping

import numpy as np

from nlp_lstm.anatomies.layers import Block, Layer, Reading
from nlp_lstm.anatomies.steps import step_lines
from nlp_lstm.models.cells import CELLS
from nlp_lstm.report import Comparison, Value

UNIT = 0  # the one whose numbers are shown
STEP = 2  # the first one that has something before it
FIRST = 12  # rows of a table that can have hundreds
SQUASHED = {
    "lstm": "for a gate, sigmoid of the total of both sums, in (0, 1), so a gate lets a share through and "
    "never amplifies; for the candidate, tanh",
    "gru": "for a gate, sigmoid of the total of both sums, in (0, 1), so a gate lets a share through and "
    "never amplifies; for the candidate, tanh, after the reset gate has multiplied its second sum",
    "rnn": "tanh of the total of both sums",
}
TOLD = {
    "lstm": "no gate multiplies x: f multiplies c_before. o comes after c and does not enter it. c_before, "
    "h_before: c and h of the step before, {first} at the first step",
    "gru": "there is no cell state: z divides h between h_before and the candidate. h_before: h of the step "
    "before, {first} at the first step",
    "rnn": "there is no gate and no cell state. h_before: h of the step before, {first} at the first step",
}


def matrices(layer: Layer) -> Comparison:
    """Return the shape and the number of weights of every matrix of each gate, and of all gates together."""
    blocks = layer.blocks
    one, count, reads, units = next(iter(blocks.values())), len(blocks), layer.input_dim, layer.units
    values = [(*map(str, shapes_of(block)), block.parameters, sum_of(block)) for block in blocks.values()]
    values.append((*map(str, _whole(layer)), layer.parameters, f"{count}·{one.parameters}"))
    both = " (in a GRU, one for each of the two products)" if len(one.biases) > 1 else ""
    short = "one part without its bias, not the layer" if count > 1 else "the layer without its bias"
    meaning = (
        f"kernel: from {layer.reads} to units; recurrent_kernel: from the units' hidden states of the step "
        f"before to units; bias: one number for each unit{both}. Keras keeps the parts side by side, in this "
        "order"
    )
    if one.biases.size:
        meaning += f". {reads}·{units} + {units}·{units} = {reads * units + units * units} is {short}"
    columns = ("kernel", "recurrent_kernel", "bias", "parameters", "why")
    title = f"{layer.name}: the matrices of each part"
    return Comparison(title, [*blocks, "all"], columns, values, "part", meaning)


def arrows(layer: Layer) -> Comparison:
    """Return every weight of one unit: an arrow from each input, one from each unit, and its bias."""
    blocks, biases = layer.blocks, layer.biases
    before = layer.trace.parts["hidden_state"][STEP - 2]
    read = np.concatenate([layer.trace.inputs[STEP - 1], before, np.ones(biases)])
    columns = {
        name: np.concatenate([block.kernel[:, UNIT], block.recurrent_kernel[:, UNIT], block.biases[:, UNIT]])
        for name, block in blocks.items()
    }
    rows = [f"input {number}" for number in range(layer.input_dim)]
    rows += [f"unit {number} before" for number in range(layer.units)]
    rows += ["bias", "recurrent bias"][:biases]
    meaning = (
        f"at step {STEP}: the number that the weight multiplies. Weights × units × parts: {len(rows)} × "
        f"{layer.units} × {len(blocks)} = {layer.parameters}, the same at every step"
    )
    title = f"{layer.name}, unit {UNIT}: its {len(rows)} weights in each part"
    first = FIRST if len(rows) > 2 * FIRST else None
    columns = {f"at step {STEP}": read, **columns}
    return Comparison.from_columns(title, rows, columns, "from", meaning, first=first)


def sums(layer: Layer) -> Comparison:
    """Return what the arrows into one unit add up to, and what becomes of it."""
    x, h = layer.trace.inputs[STEP - 1], layer.trace.parts["hidden_state"][STEP - 2]
    columns = {
        name: (
            x @ block.kernel[:, UNIT] + block.biases[:1, UNIT].sum(),
            h @ block.recurrent_kernel[:, UNIT] + block.biases[1:, UNIT].sum(),
            layer.trace.parts[name][STEP - 1, UNIT],
        )
        for name, block in layer.blocks.items()
    }
    own, second = " + b" if layer.biases else "", " + b'" if layer.biases > 1 else ""
    rows = (f"x W{own}", f"h_before U{second}", "part")
    title = f"{layer.name}, unit {UNIT} at step {STEP}: what its arrows add up to"
    return Comparison.from_columns(title, rows, columns, "sum", f"part: {SQUASHED[layer.cell]}")


def steps(layer: Layer) -> Comparison:
    """Return one unit over the steps, a row for each equation in the order in which it is computed."""
    lines = step_lines(layer)
    values = [(*map(float, line.values[:, UNIT]), line.equation) for line in lines]
    columns = [f"{number} {word}" for number, word in enumerate(layer.trace.words, 1)]
    if not layer.trace.task:  # Keras's layers read numbers, not words
        columns = [f"step {word}" for word in layer.trace.words]
    title = f"{layer.name}, unit {UNIT} over the steps, in the order of computing"
    names = [line.name for line in lines]
    told = TOLD[layer.cell].format(first=begins(layer))
    if layer.trace.backwards:
        told += ". It reads backwards: its step 1 is the last of its input"
    return Comparison(title, names, [*columns, "equation"], values, "part", told)


def whole(
    layers: tuple[Layer, ...], outer: Mapping[str, np.ndarray], outputs: int, total: int = 0
) -> Comparison:
    """Return what each layer of a model reads and puts out, with its weights, from the lowest up.

    Args:
        layers: the recurrent ones.
        outer: weights of a run's embedding and output layer, by name.
        outputs: how many numbers a run puts out.
        total: weights of a Keras model, whose other layers are told of in one row; 0 for no such row.
    """
    found: dict[str, tuple[Value, ...]] = {}
    if "embedding/embeddings" in outer:
        table = outer["embedding/embeddings"]
        found["embedding"] = ("word ids", 1, table.shape[1], str(table.shape), table.size)
    for layer in layers:
        shapes = " ".join(map(str, _whole(layer)))
        found[layer.name] = (layer.reads, layer.input_dim, layer.units, shapes, layer.parameters)
    if "output/bias" in outer:
        own = [outer[name] for name in ("output/kernel", "output/bias") if name in outer]
        shapes = " ".join(str(weights.shape) for weights in own)
        shapes += "" if len(own) > 1 else " and the embedding's, transposed"
        reads = f"units of {layers[-1].name}"
        found["output"] = (reads, layers[-1].units, outputs, shapes, sum(weights.size for weights in own))
    parameters = sum(int(values[-1] or 0) for values in found.values())
    if total > parameters:
        found["other layers"] = (None, None, None, None, total - parameters)
        parameters = total
    found["all"] = (None, None, None, None, parameters)
    meaning = "inputs, outputs: numbers at each step"
    if any(layer.reads.startswith("units of") for layer in layers):
        meaning += (
            ". A layer that reads the units of another reads h of every step: the one below has "
            "return_sequences=True"
        )
    columns = ("reads", "inputs", "outputs", "weights", "parameters")
    return Comparison("the whole model", list(found), columns, list(found.values()), "layer", meaning)


def batches(reading: Reading, parameters: int) -> Comparison:
    """Return the shapes of inputs and states for one sentence and for a batch, whose weights are the same."""
    parts = reading.layers[-1].trace.parts
    timesteps, units = reading.timesteps, parts["hidden_state"].shape[1]
    states = [name for name in ("hidden_state", "cell_state") if name in parts]
    sizes = dict.fromkeys((1, reading.inputs[0]))
    values: list[tuple[Value, ...]] = []
    for batch in sizes:
        shapes = [(batch, *reading.inputs[1:]), (batch, timesteps, units), *[(batch, units)] * len(states)]
        # In words, since a table's three decimals would hide it.
        difference = None if batch == 1 else f"{reading.difference:.1e}"
        values.append((*map(str, shapes), parameters, difference))
    columns = ("inputs", "hidden_states", *(f"last {name}" for name in states), "parameters", "difference")
    rows = ["1 sentence" if batch == 1 else f"{batch} sentences" for batch in sizes]
    meaning = (
        "difference: the largest that was measured between the states of a sentence read alone and in the "
        "batch; about 1e-07 is float32's rounding"
    )
    return Comparison("batch size changes no weight", rows, columns, values, "batch", meaning)


def arguments(reading: Reading) -> Comparison:
    """Return what a Keras layer returns, with all four choices of return_sequences and return_state."""
    layer = reading.layers[-1]
    words = layer.trace.words
    values: list[tuple[Value, ...]] = []
    for one in reading.returned:
        numbers = np.atleast_2d(one.values[0])[:, UNIT]  # a state alone is that of the last step
        row = [*[None] * (len(words) - len(numbers)), *map(float, numbers)]
        values.append((one.place, one.name, str(one.values.shape), *row))
    last = [one.values for one in reading.returned if one.name == "last hidden_state"]
    every = [one.values[:, -1] for one in reading.returned if one.name == "hidden_state of every step"]
    difference = max(float(abs(a - b).max()) for a in last for b in every)
    told = ". The last cell state is another array: h = o * tanh(c)" if layer.cell == "lstm" else ""
    meaning = (
        f"numbers of sentence 0, unit {UNIT}. The last hidden_state of every step and the last hidden_state "
        f"differ by at most {difference:.1e}{told}. The argument is return_state: there is no return_states"
    )
    made = f"keras.layers.{CELLS.get(layer.cell).keras_layer}({layer.units})"
    title = f"what {layer.name}, a {made}, returns where one, both or neither of its two arguments are True"
    columns = ("array", "what it is", "shape", *(f"step {word}" for word in words))
    return Comparison(
        title, [one.arguments for one in reading.returned], columns, values, "arguments", meaning
    )


def shapes_of(block: Block) -> tuple[tuple[int, ...] | str, ...]:
    """Return the shapes of a block's kernel, recurrent_kernel and bias; one bias is flat, as in Keras."""
    rows, units = block.biases.shape
    bias = {0: "none", 1: (units,)}.get(rows, (rows, units))
    return block.kernel.shape, block.recurrent_kernel.shape, bias


def sum_of(block: Block) -> str:
    """Return where the parameters of a block come from.

    Example:
        >>> sum_of(Block(np.zeros((5, 4)), np.zeros((4, 4)), np.zeros((1, 4))))
        '5·4 + 4·4 + 4'
    """
    (reads, units), biases = block.kernel.shape, len(block.biases)
    own = {0: "", 1: f" + {units}"}.get(biases, f" + {biases}·{units}")
    return f"{reads}·{units} + {units}·{units}{own}"


def begins(layer: Layer) -> str:
    """Return what a layer's states are at its first step, in words."""
    if not layer.trace.initial_state:
        return "0"
    return "those after <eos>" if layer.trace.task else "those that it holds"


def _whole(layer: Layer) -> tuple[tuple[int, ...] | str, ...]:
    """The shapes of a layer's weights as Keras keeps them."""
    names = ("kernel", "recurrent_kernel", "bias")
    return tuple(layer.weights[name].shape if name in layer.weights else "none" for name in names)
