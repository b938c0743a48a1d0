"""Check what a Keras model's configuration names, before Keras sees it: its own layers, and nothing else.

Source of the format: Keras's `serialization_lib`, and `legacy/saving/serialization` for `.h5` files, whose
entries name a class without its module. Keras itself is not needed, and so not loaded, for a file that is
refused here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError
from nlp_lstm.report.markup import one_line
from nlp_lstm.states.keras_names import (
    ACTIVATION_MODULES,
    ACTIVATIONS,
    CLASSES,
    MODULES,
    OLD_MODULES,
    OPERATIONS,
    RUNS_CODE,
    SPECIAL,
)

SIZES = ("units", "input_dim", "output_dim", "filters")
LARGEST = 1_000_000  # number in a configuration, unless the file has more numbers than that
ANY_NUMBER = {"seed", "shared_object_id", "salt", "vocabulary", "bin_boundaries", "mean", "variance", "value"}
DTYPE = re.compile(r"[a-z]{3,8}\d{0,2}")  # of an array in a configuration
OPERATION = re.compile(r"[A-Z][A-Za-z0-9]*")
MOST_OF_A_NAME = 60  # characters
NEXT = "load the model yourself, then trace it"


def without_compiling(config: Any) -> Any:
    """Return a configuration without what the model, or a model inside it, was compiled with.

    `time_major` goes as well: Keras 2 wrote it in each recurrent layer, always False, and Keras 3 refuses it.

    Example:
        >>> inner = {"class_name": "Sequential", "config": {}, "compile_config": {"loss": "mse"}}
        >>> without_compiling({"class_name": "Model", "config": {"layers": [inner]}})
        {'class_name': 'Model', 'config': {'layers': [{'class_name': 'Sequential', 'config': {}}]}}
    """
    for entry in _entries(config):
        if "class_name" in entry:
            entry.pop("compile_config", None)
        if entry.get("time_major") is False:
            del entry["time_major"]
    return config


def check_config(path: Path, config: Any, numbers: int) -> None:
    """Refuse a configuration that names anything but Keras's own layers and activations, or huge layers.

    Args:
        path: of the file, for the message.
        config: as JSON gives it.
        numbers: how many numbers the file's arrays have.

    Raises:
        DataError: if it does; says what, and what to do.
    """
    if not isinstance(config, dict):
        raise DataError(f"{path} holds a {type(config).__name__} instead of a model: save the model again")
    for entry in _entries(config):
        if "class_name" in entry:
            _check_class(path, entry)
        _check_values(path, entry)
        _check_sizes(path, entry, numbers)


def _entries(config: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a configuration, itself first."""
    parts = [config]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            yield part
            parts.extend(reversed(part.values()))
        elif isinstance(part, list):
            parts.extend(reversed(part))


def _check_class(path: Path, entry: Mapping[str, Any]) -> None:
    """Refuse what would run code that is not that of Keras's own layers."""
    name, module, config = str(entry["class_name"]), entry.get("module"), entry.get("config")
    short = one_line(name, MOST_OF_A_NAME)
    last = name.rpartition(".")[2]
    if last in RUNS_CODE:
        kind = "Lambda" if last == "__lambda__" else last
        raise DataError(
            f"{path} holds a {kind}, which can run any code: it is not loaded; if you trust it, {NEXT}"
        )
    if module and str(module).partition(".")[0] not in ("keras", "builtins"):
        where = one_line(f"{module}.{name}", 2 * MOST_OF_A_NAME)
        raise DataError(f"{path} holds {where}: only Keras's own classes are loaded; {NEXT}")
    if name == "function":
        _check_activation(path, config, str(module or "builtins"))
    elif entry.get("registered_name") not in (None, name):
        registered = one_line(str(entry["registered_name"]), MOST_OF_A_NAME)
        raise DataError(f"{path} holds the class {registered}: {NEXT}")
    elif name in SPECIAL:
        dtype = config.get("dtype") if isinstance(config, dict) else None
        if not (dtype is None or (isinstance(dtype, str) and DTYPE.fullmatch(dtype))):
            raise DataError(f"{path} holds an array of {one_line(str(dtype), MOST_OF_A_NAME)}: {NEXT}")
    elif not _is_known(name, module):
        raise DataError(f"{path} holds the class {short}: {NEXT}")


def _is_known(name: str, module: Any) -> bool:
    """Whether a class is one of Keras's for layers, by the name under which Keras would find it."""
    if module in OPERATIONS:
        return OPERATION.fullmatch(name) is not None
    known = not module or module in MODULES or str(module).startswith(OLD_MODULES)
    return known and name in CLASSES


def _check_activation(path: Path, name: Any, module: str = "keras.activations") -> None:
    """Refuse a function that is no activation of Keras's."""
    if module not in ACTIVATION_MODULES or not isinstance(name, str) or name not in ACTIVATIONS:
        raise DataError(f"{path} holds the function {one_line(str(name), MOST_OF_A_NAME)}: {NEXT}")


def _check_values(path: Path, entry: Mapping[str, Any]) -> None:
    """Refuse the name of an activation that is none, as Keras would call it, and the path of another file."""
    for key, value in entry.items():
        if key.endswith("activation") and isinstance(value, str):
            _check_activation(path, value)
        if key in ("vocabulary", "idf_weights") and isinstance(value, str):
            raise DataError(f"{path} reads its {key} from another file: it is not loaded; {NEXT}")


def _check_sizes(path: Path, entry: Mapping[str, Any], numbers: int) -> None:
    """Refuse a layer with more numbers than the file has; Keras would make room for them first."""
    sizes = {key: entry[key] for key in SIZES if type(entry.get(key)) is int}
    table = sizes.get("input_dim", 1) * sizes.get("output_dim", 1)
    recurrent = sizes.get("units", 0) ** 2 if "recurrent_initializer" in entry else 0
    if max(*sizes.values(), table, recurrent, 0) > max(numbers, 1):
        told = one_line(str(sizes), MOST_OF_A_NAME)
        if not numbers:
            raise DataError(f"{path} has no weights for a layer with {told}: save the model again")
        raise DataError(f"{path} holds a layer with {told}, far more than fits in the file: it is not loaded")
    for key, value in entry.items():
        values = value if isinstance(value, list) else [value]
        if key not in ANY_NUMBER and any(
            type(one) is int and abs(one) > max(numbers, LARGEST) for one in values
        ):
            told = one_line(f"{key} {value}", MOST_OF_A_NAME)
            raise DataError(
                f"{path} holds a layer with {told}, far more than fits in the file: it is not loaded"
            )
