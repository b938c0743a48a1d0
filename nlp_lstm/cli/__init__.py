"""Arguments -> one library call -> text on stdout and an exit code: the command line, without logic.

One module per command. Reports go to stdout; progress and notes to stderr.
"""

import contextlib
import importlib
import os
import pkgutil
import sys
import traceback

import click

from nlp_lstm import __version__
from nlp_lstm.cli._help import Commands, near_options
from nlp_lstm.cli._texts import by_position
from nlp_lstm.errors import NlpLstmError, StorageError, fold
from nlp_lstm.parsing import without_panic

# The halves of a batch are read side by side (`UnrolledLSTM`): each has half of the cores.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))

INTERNAL, INTERRUPTED = 70, 130


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": fold},
)
@click.version_option(__version__)
def cli():
    """Train small recurrent models on sentences and look inside them, word by word.

    Begin with `nlp-lstm probe "the sky is blue"`, then `nlp-lstm train --task sentiment`.
    """


for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        cli.add_command(importlib.import_module(f"{__name__}.{_module.name}").command)


def main() -> None:
    """Run the command line; an error becomes one line on stderr and an exit code."""
    try:
        with without_panic("a library gave up on what it read"):
            sys.exit(cli.main(prog_name="nlp-lstm", standalone_mode=False) or 0)
    except NlpLstmError as error:
        message, code = str(error), error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        message, code = _usage(error), error.exit_code
    except click.Abort as error:  # click's word for KeyboardInterrupt, which it is raised from
        stopped = error.__cause__
        message, code = str(stopped or "") or "interrupted", getattr(stopped, "exit_code", INTERRUPTED)
    except UnicodeEncodeError as error:
        unknown = error.object[error.start]
        message, code = f"{error.encoding} output cannot hold {unknown!a}: set PYTHONIOENCODING=utf-8", 74
    except MemoryError as error:
        message, code = _no_memory(error), StorageError.exit_code
    except OSError as error:
        _abandon_output()
        message, code = f"{error.filename or 'input or output'}: {error.strerror or error}", 74
    except Exception:
        traceback.print_exc()
        message, code = "this is an error in nlp-lstm: please report it, with the lines above", INTERNAL
    click.echo(f"nlp-lstm: {_one_line(message)}", err=True)
    sys.exit(code)


def _abandon_output() -> None:
    """Keep Python from writing once more, when it ends, what could not be written."""
    with contextlib.suppress(OSError, AttributeError):  # closed, or not there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _no_memory(error: MemoryError) -> str:
    """What ran out, in words: NumPy and Arrow say how much they asked for."""
    told = str(error) or "no more is left"
    return f"out of memory ({told}): give less text at once, in parts or with --limit"


def _usage(error: click.ClickException) -> str:
    """What is wrong with a command, and where to read how it is right."""
    context = getattr(error, "ctx", None)
    message = by_position(error) or near_options(error) or error.format_message().rstrip(".")
    path = context.command_path if context else "nlp-lstm"
    return f"{message}{' See' if message.endswith('?') else ': see'} `{path} --help`"


def _one_line(message: str) -> str:
    """A message without line breaks or characters that a terminal acts on."""
    from nlp_lstm.report.markup import visible

    return visible(" ".join(message.split()))
