"""The house rules as tests: imports point down, nothing heavy loads early, files and functions stay small."""

import ast
import importlib.metadata
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import nlp_lstm
from nlp_lstm.cli import cli
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.store.run import Run, save_run
from nlp_lstm.text.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "nlp_lstm"

# A module imports only from lower floors, and not its neighbours. A folder is on one floor; its files may
# import each other.
FLOORS = (
    {"errors"},
    {"registry", "writing", "parsing"},
    {"report"},
    {"settings", "text"},
    {"corpora", "models"},
    {"task"},
    {"store", "tasks"},
    {"states", "evaluation"},
    {"corpus_states"},
    {"training"},
    {"analyses", "anatomies", "views"},
    {"claims"},
    {"explorer"},
    {"cli"},
    {"__main__"},
)
MOST_AT_THE_TOP, MOST_LINES, MOST_LINES_OF_A_FUNCTION = 8, 250, 40
# What is slow to load, and who may load it with the module; all others do so when it is needed, if at all.
SLOW = ("keras", "tensorflow", "datasets", "sklearn", "rich", "pyarrow", "xarray", "h5netcdf", "matplotlib")
QUIET = "models.quiet_keras"  # by which all others import Keras
LOADS_KERAS = {
    QUIET,
    "models.layers",
    "models.layouts",
    "models.recurrence",
    "models.output_loss",
    "training.distributed",
    "training.learner",
    "training.fitting",
    "training.preparing",
    "states.keras_gradients",
    "states.keras_ids",
    "states.keras_models",
    "states.recording",
}
NEEDS_TENSORFLOW = "states.keras_gradients"  # Keras gives no gradient by the inputs of a layer
# Calls that write to a path, or may: by the last part of the name. Only the writer makes them.
WRITING = {
    *("write_text", "write_bytes", "touch", "mkstemp", "NamedTemporaryFile", "TemporaryFile"),
    *("save", "save_file", "save_model", "savez", "savez_compressed", "savetxt", "savefig", "tofile"),
    *("to_netcdf", "to_zarr", "to_csv", "to_parquet", "to_pickle", "ParquetWriter", "write_table"),
    *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
}
WRITES_ELSEWHERE = {
    ("states.keras_files", "open"): "scratch copies of a model that is read",
    ("states.keras_files", "ZipFile"): "the same",
    ("states.keras_files", "File"): "the same: a setting of the copy is changed",
    ("store.exporting", "save"): "Keras takes a path only: a scratch file, which the writer copies",
    ("store.contents", "save"): "safetensors, which returns bytes",
    ("training.checkpoints", "save"): "safetensors, which returns bytes",
    ("corpus_states.shards", "ParquetWriter"): "into the writer's file",
    ("views._drawing", "savefig"): "into memory",
    ("anatomies._png", "savefig"): "the same: a PNG in memory",
    ("views.netcdf", "to_netcdf"): "into memory",
    ("views.npz", "savez_compressed"): "into memory",
    ("cli", "os.open"): "/dev/null",
    ("models.quiet_keras", "os.open"): "/dev/null",
    ("training.aborting", "os.open"): "/dev/null",
    ("training.aborting", "FileIO"): "a copy of stderr",
}
# What students, users and contributors read.
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]


def module_name(path: Path) -> str:
    """Dotted name of a source file, without `nlp_lstm.`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "nlp_lstm" else parts).removesuffix(".__init__")


SOURCES = {
    module_name(path): path
    for path in sorted([*(ROOT / "nlp_lstm").rglob("*.py"), *(ROOT / "tasks").rglob("*.py")])
}
MODULES = [name for name in SOURCES if name != "__init__"]  # the package itself only lists verbs, lazily


def parse(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


def imports(nodes: Iterator[ast.AST]) -> set[str]:
    """Dotted names of all modules that are imported by some nodes; `from a import b` gives a and a.b."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def at_run_time(tree: ast.AST, left_out: tuple[type, ...] = ()) -> Iterator[ast.AST]:
    """All nodes but those that are there for types only, and those of some kinds."""
    for node in ast.iter_child_nodes(tree):
        for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not for_types and not isinstance(node, left_out):
            yield node
            yield from at_run_time(node, left_out)


def at_module_level(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run when the module is imported."""
    return at_run_time(tree, (ast.FunctionDef,))


def public(tree: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes of a module, and the public methods of those."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if "overload" in map(ast.unparse, node.decorator_list):
                continue  # only types
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def floor(module: str) -> int:
    """The number of the floor that a module stands on."""
    top = module.split(".")[0]
    return next(number for number, modules in enumerate(FLOORS) if top in modules)


# Imports


def test_every_module_has_a_floor_and_every_floor_its_modules():
    assert {name.split(".")[0] for name in MODULES} == set().union(*FLOORS)
    assert len(set().union(*FLOORS)) == sum(map(len, FLOORS))


def test_few_modules_stand_beside_the_folders():
    modules = [path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]
    assert len(modules) <= MOST_AT_THE_TOP, modules


def test_no_folder_hides_a_verb():
    """Once imported, `nlp_lstm.runs` would be the folder and no longer the function."""
    assert not {path.stem for path in PACKAGE.iterdir()} & set(nlp_lstm.__all__)


@pytest.mark.parametrize("face", sorted(PACKAGE.rglob("__init__.py")), ids=lambda path: path.parent.name)
def test_every_folder_says_first_what_goes_in_and_what_comes_out(face):
    first = (ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    assert face.parent == PACKAGE or re.match(r"\w.* (->|<->) .*\w", first), first


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    own = module.split(".")[0]
    for name in imports(ast.walk(parse(module))):
        package, _, below = name.partition(".")
        below = below.split(".")[0]
        if package == "nlp_lstm" and below not in ("", "__version__", own):
            assert floor(below) < floor(own), f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_tensorflow_or_a_task_by_name(module):
    for name in imports(ast.walk(parse(module))):
        assert name.split(".")[0] != "tasks"
        assert name.split(".")[0] != "tensorflow" or module == NEEDS_TENSORFLOW
        assert not name.startswith("nlp_lstm.tasks")


@pytest.mark.parametrize("module", MODULES)
def test_what_is_slow_to_load_is_loaded_only_where_it_is_needed(module):
    named = {name.replace(f"nlp_lstm.{QUIET}", "keras") for name in imports(at_module_level(parse(module)))}
    early = {name.split(".")[0] for name in named} & set(SLOW)
    assert early <= ({"keras"} if module in LOADS_KERAS else set())


@pytest.mark.parametrize("module", MODULES)
def test_keras_is_imported_in_one_place_which_keeps_it_quiet(module):
    names = {name.split(".")[0] for name in imports(at_run_time(parse(module)))}
    assert "keras" not in names or module == QUIET


# What loads when


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """A folder that holds a run of each task with random weights."""
    folder = tmp_path_factory.mktemp("house")
    vocabulary = Vocabulary.build([("the", "sky", "is", "blue")])
    settings, random = Settings(units=4, embedding_dim=3), np.random.default_rng(0)
    for task, labels in (("sentiment", ("negative", "neutral", "positive")), ("next-word", ())):
        shapes = weight_shapes(settings, len(vocabulary), len(labels) or len(vocabulary))
        weights = {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
        save_run(Run(folder / "runs" / f"{task}-001", task, settings, labels, vocabulary, weights))
    return folder


LOADED = f"""
import sys
import nlp_lstm
try:
    if len(sys.argv) > 1:
        from nlp_lstm.cli import main
        main()
except SystemExit as end:
    assert not end.code, end.code
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & set({SLOW})), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], ""),
        (["--help"], "probe"),
        (["train", "--help"], "--learning-rate"),
        (["probe", "the sky is blue", "--json"], "cell_state"),
        (["probe", "the sky is blue", "--memory", "--json"], "memory_age"),
        (["anatomy", "--run", "sentiment-001", "--json"], "recurrent_kernel"),
        (["anatomy", "--run", "sentiment-001", "--format", "svg"], "</svg>"),
        (["predict", "the sky", "--run", "sentiment-001", "--json"], "probability"),
        (["generate", "the sky", "--json"], "added"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_what_needs_no_keras_loads_none(runs, arguments, shown):
    command = [sys.executable, "-W", "error", "-c", LOADED, *arguments]
    done = subprocess.run(command, cwd=runs, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
    assert [line for line in done.stderr.splitlines() if line and "reading with" not in line] == []


def test_evaluating_loads_no_keras(runs):
    code = (
        "import sys, nlp_lstm; nlp_lstm.evaluate('sentiment-001', 'mini', limit=20); "
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=runs, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["[]"], done.stderr


# One fact, one place


def test_the_version_is_written_once():
    assert importlib.metadata.version("nlp-lstm") == nlp_lstm.__version__
    files = [*SOURCES.values(), ROOT / "pyproject.toml"]
    holding = [path.name for path in files if f'"{nlp_lstm.__version__}"' in path.read_text(encoding="utf-8")]
    assert holding == ["__init__.py"]


@pytest.mark.parametrize("name", nlp_lstm.__all__)
def test_every_public_name_can_be_imported(name):
    found = getattr(nlp_lstm, name)
    assert callable(found)
    assert found.__name__ == name
    assert inspect.getdoc(found)


def test_the_door_has_the_values_that_flow_and_all_errors():
    values = {"Comparison", "Report", "Trace", "LayerTrace", "Edit", "Run"}
    values |= {"Corpus", "Example", "Request", "Vocabulary", "Settings"}
    errors = {node.name for node in public(parse("errors")) if isinstance(node, ast.ClassDef)}
    assert values | errors <= set(nlp_lstm.__all__)


def imported_by(page: Path) -> set[str]:
    """The modules that a page's code imports, or imports names from."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return set(re.findall(r"^\s*(?:from|import) (nlp_lstm[\w.]*)", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_people_read_imports_from_a_door_or_the_face_of_a_folder(page):
    for module in imported_by(page):
        assert (ROOT / module.replace(".", "/")).is_dir(), f"{page.name} imports {module}"


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_is_a_verb_of_the_library(command):
    assert command in nlp_lstm.__all__
    assert cli.commands[command].help


@pytest.mark.parametrize("entry", fields(Settings), ids=lambda entry: entry.name)
def test_every_setting_is_an_option_of_train_with_its_help(entry):
    options = {option.name: option for option in cli.commands["train"].params}
    option = options[entry.name]
    assert f"--{entry.name.replace('_', '-')}" in option.opts
    assert entry.metadata["help"]
    assert option.help == entry.metadata["help"]  # pyright: ignore[reportAttributeAccessIssue]


def test_names_that_do_not_exist_are_told():
    with pytest.raises(AttributeError, match="nlp_lstm attribute trian"):
        nlp_lstm.trian  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
    assert set(nlp_lstm.__all__) == set(dir(nlp_lstm))


# Size and style


@pytest.mark.parametrize("module", SOURCES)
def test_files_and_functions_stay_small(module):
    text = SOURCES[module].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= MOST_LINES_OF_A_FUNCTION, f"{module}.{node.name} has {length} lines"


@pytest.mark.parametrize("module", SOURCES)
def test_modules_functions_and_classes_say_what_they_are(module):
    tree = parse(module)
    assert (ast.get_docstring(tree) or "").strip(), module
    for node in public(tree):
        docstring = ast.get_docstring(node)
        assert docstring, f"{module}.{node.name} has no docstring"
        assert re.search(r"[.?:]$", docstring.split("\n\n")[0]), f"{module}.{node.name}: no sentence"


def writing_call(call: ast.Call) -> str | None:
    """The name of what a call writes with, if it does."""
    called, values = ast.unparse(call.func), [*call.args, *(keyword.value for keyword in call.keywords)]
    name = called.rpartition(".")[2]
    if called == "os.open":
        return called if re.search(r"O_(WRONLY|RDWR|CREAT)", ast.unparse(call)) else None
    if name in ("open", "fdopen", "FileIO", "ZipFile", "File"):
        modes = [value.value for value in values if isinstance(value, ast.Constant)]
        modes = [mode for mode in modes if isinstance(mode, str) and re.fullmatch(r"[rwaxbt+]{1,3}", mode)]
        return name if re.search(r"[wax+]", "".join(modes)) else None
    return name if {name, called} & WRITING else None


def test_only_the_writer_opens_files_for_writing():
    """All else goes through `nlp_lstm.writing`, so that no file is ever half there."""
    found = set()
    for module in set(SOURCES) - {"writing"}:
        calls = (node for node in ast.walk(parse(module)) if isinstance(node, ast.Call))
        found |= {(module, name) for name in map(writing_call, calls) if name}
    assert found == set(WRITES_ELSEWHERE)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("open(path, 'w')", "open"),
        ("path.open(mode='r+b')", "open"),
        ("io.open(path, 'xb')", "open"),
        ("path.open('rb')", None),
        ("open(path)", None),
        ("os.open(path, os.O_WRONLY | os.O_CREAT)", "os.open"),
        ("os.open(folder, os.O_RDONLY)", None),
        ("path.write_text(text)", "write_text"),
        ("np.save(path, values)", "save"),
        ("frame.to_csv(path)", "to_csv"),
        ("values.copy()", None),
        ("shutil.copy(path, other)", "copy"),
        ("h5py.File(path, 'a')", "File"),
        ("h5py.File(path, 'r')", None),
    ],
)
def test_what_writes_is_known_by_its_name_and_mode(line, name):
    (call,) = (node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Call))
    assert writing_call(call) == name


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith(("cli", "__main__"))])
def test_the_library_returns_and_only_the_command_line_prints(module):
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "click.echo", "sys.stdout.write", "sys.stderr.write"), called
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{module}: a bare except"


def test_private_names_stay_in_their_package():
    for module in MODULES:
        for name in imports(ast.walk(parse(module))):
            package, _, path = name.partition(".")
            if package != "nlp_lstm":
                continue
            private = [part for part in path.split(".") if re.match(r"_[a-z]", part)]
            if private:
                assert path.split(".")[0] == module.split(".")[0], f"{module} imports {name}"
