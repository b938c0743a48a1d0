"""Check what a Keras model's configuration names, before Keras sees it: its own classes, and nothing else.

Source of the format: Keras's `serialization_lib`, and `legacy/saving/serialization` for `.h5` files, whose
entries name a class without its module.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DataError

RUNS_CODE = {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
CLASSES = ("layers", "models", "initializers", "regularizers", "constraints", "dtype_policies")
FUNCTIONS = ("activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers")
OLD_CLASSES = {"Functional", "Model", "Sequential", "Policy", "TensorShape"}
SIZES = ("units", "input_dim", "output_dim", "filters")
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


def check_config(path: Path, config: Any, most: int) -> None:
    """Refuse a configuration that names anything but Keras's own layers and functions, or huge layers.

    Args:
        path: of the file, for the message.
        config: as JSON gives it.
        most: how many numbers a layer may have.

    Raises:
        DataError: if it does; says what, and what to do.
    """
    if not isinstance(config, dict):
        raise DataError(f"{path} holds a {type(config).__name__} instead of a model: save the model again")
    for entry in _entries(config):
        if "class_name" in entry:
            _check_class(path, entry)
        _check_activations(path, entry)
        _check_sizes(path, entry, most)


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
    """Refuse what would run code that is not Keras's own."""
    name, module = str(entry["class_name"]), entry.get("module")
    if name in RUNS_CODE:
        name = "Lambda" if name == "__lambda__" else name
        raise DataError(
            f"{path} holds a {name}, which can run any code: it is not loaded; if you trust it, {NEXT}"
        )
    if module and str(module).partition(".")[0] not in ("keras", "builtins"):
        raise DataError(f"{path} holds {module}.{name:.60}: only Keras's own classes are loaded; {NEXT}")
    if name == "function":
        _check_function(path, str(module or "builtins"), entry.get("config"))
    elif entry.get("registered_name") not in (None, name):
        raise DataError(f"{path} holds the class {entry['registered_name']:.60}: {NEXT}")
    elif not module and not name.startswith("__") and name not in _class_names():
        raise DataError(f"{path} holds the class {name:.60}: {NEXT}")


def _check_function(path: Path, module: str, name: Any) -> None:
    """Refuse a function that is not one of Keras's for layers."""
    from nlp_lstm.models.quiet_keras import keras

    own = module.removeprefix("keras.")
    places = FUNCTIONS if module == "builtins" else [own] if own in FUNCTIONS else []
    if not any(hasattr(getattr(keras, place), str(name)) for place in places):
        raise DataError(f"{path} holds the function {name!s:.60}: {NEXT}")


def _check_activations(path: Path, entry: Mapping[str, Any]) -> None:
    """Refuse the name of an activation that Keras does not know: Keras 2 wrote a function's name alone."""
    for key in ("activation", "recurrent_activation"):
        if isinstance(entry.get(key), str):
            _check_function(path, "keras.activations", entry[key])


def _check_sizes(path: Path, entry: Mapping[str, Any], most: int) -> None:
    """Refuse a layer with more numbers than the file can hold; Keras would make room for them first."""
    sizes = {key: entry[key] for key in SIZES if type(entry.get(key)) is int}
    table = sizes.get("input_dim", 1) * sizes.get("output_dim", 1)
    recurrent = sizes.get("units", 0) ** 2 if "recurrent_initializer" in entry else 0
    if max(*sizes.values(), table, recurrent, 0) > most:
        raise DataError(
            f"{path} holds a layer with {sizes}, far more than fits in the file: it is not loaded"
        )


@cache
def _class_names() -> set[str]:
    """The names of Keras's classes that an `.h5` file can hold."""
    from nlp_lstm.models.quiet_keras import keras

    return OLD_CLASSES.union(*(dir(getattr(keras, place)) for place in CLASSES))
