"""nlp-lstm predict: what a run says about a text, or about every line of a file."""

import sys
from pathlib import Path

import click

from nlp_lstm.cli._help import Command, examples
from nlp_lstm.cli._options import note_chosen, note_passed_over
from nlp_lstm.cli._reading import as_typed_option, tokenized_option, unknown_option
from nlp_lstm.cli._reports import report_options, show
from nlp_lstm.cli._texts import text_argument
from nlp_lstm.errors import DataError, MissingInputError, UsageError

MOST_BYTES = 64 << 20  # of texts


@click.command(
    "predict",
    cls=Command,
    epilog=examples(
        'nlp-lstm predict "not a bad film"', 'nlp-lstm predict "the sky is" --run next-word-stories --top 5'
    ),
)
@text_argument
@click.option("--file", type=click.Path(), help="Read the texts of a file, one a line; - is stdin.")
@click.option("--run", help="The run that reads.  [default: your newest, or a shipped one]")
@click.option("--top", type=click.IntRange(1), help="How many next words.  [default: 10; with --file 1]")
@as_typed_option
@unknown_option
@tokenized_option
@report_options("text, json or csv.", ["text", "json", "csv"])
def command(text, file, run, top, as_typed, unknown, tokenized, format, output):
    """Print what a run says about TEXT, or about every line of a file.

    For TEXT, a tagger says a label for each word, and a next-word run the likeliest next words. For a file
    you get a row for each line: the label after its last word, or the likeliest next words. A tagger that has
    learned from sentences with a full stop reads one, "(end)", after a text without.
    """
    from nlp_lstm.evaluation.prediction import predict
    from nlp_lstm.store.run import default_run

    read = text if file is None else read_texts(file)
    if run is None:
        run = default_run(passed_over=note_passed_over)
        note_chosen(run)
    top = top or (10 if file is None else 1)
    show(predict(read, run, top, tokenized, as_typed, unknown), format, output)


def read_texts(file: str) -> list[str]:
    """The lines of a file, or of stdin; only line ends part them, whatever else a text holds."""
    try:
        raw = _read_bytes(file)
        if len(raw) > MOST_BYTES:
            told = "stdin" if file == "-" else file
            raise DataError(f"{told} holds more than {MOST_BYTES >> 20} MB: give it in several parts")
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise MissingInputError(f"{file} is not there: give --file the right path, or - for stdin") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8 at byte {error.start}: convert it with iconv") from None
    if not text.strip():
        raise DataError(f"{file} is empty: give it a text on each line")
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _read_bytes(file: str) -> bytes:
    """The bytes of a file or of stdin, which may never end: no more than one too many."""
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    path = Path(file)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(f"{file} is not a file: pipe what it gives into `nlp-lstm predict --file -`")
    with path.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)
