"""train(): a corpus and settings in, a Run out.

Holds the run's folder, prepares the training, has `fit` train the model, evaluates it and saves it; or does
so from where another training was interrupted.
"""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp_lstm.errors import DivergedError, Terminated, UsageError
from nlp_lstm.evaluation.evaluate import evaluate_metrics
from nlp_lstm.store.reading import split_reading
from nlp_lstm.store.run import Run, load_run
from nlp_lstm.task import load_task
from nlp_lstm.text.vocabulary import PAD
from nlp_lstm.training.checkpoints import Checkpoint, Fitted, Keeper, read_checkpoint
from nlp_lstm.training.claiming import claim, claim_again, find_unfinished
from nlp_lstm.training.finishing import next_commands, save_somewhere
from nlp_lstm.training.fitting import fit
from nlp_lstm.training.loop import MOST_LOSS, ProgressReport
from nlp_lstm.training.preparing import Prepared, prepare, prepare_again
from nlp_lstm.training.recipes import make_recipe
from nlp_lstm.training.stopping import Stop, stop_requests
from nlp_lstm.training.workers import ALONE, Workers

CHECKPOINT_MINUTES = 5.0


def train(
    task: str | None = None,
    data: str | None = None,
    *,
    preset: str | None = None,
    run: str | Path | None = None,
    labels: str | None = None,
    classes: int | None = None,
    subphrases: bool | None = None,
    limit: int | None = None,
    vectors: str | Path | None = None,
    init_from: Run | str | Path | None = None,
    tensorboard: bool = False,
    resume: str | Path | None = None,
    checkpoint_every: float = CHECKPOINT_MINUTES,
    distributed: bool = False,
    report: ProgressReport | None = None,
    **settings: Any,
) -> Run:
    """Train a model and save it as a run.

    Args:
        task: "sentiment", "next-word" or "tagging", or a task of another package; None for the preset's, or
            "sentiment"; for the data `counting` it is "tagging".
        data: the corpus, as `load_corpus` takes it; None for the preset's, or "mini".
        preset: name of a recipe, as `presets` lists them; what else is given replaces its own.
        run: folder of the run; None for the next free one under `runs/`.
        labels, classes, limit: which labels and how many sentences, as `load_corpus` takes them; None for
            the preset's, or its defaults.
        subphrases: whether to train on every constituent of the training trees, too; for `sst`.
        vectors: a file in GloVe's text format to start the embedding from. A tagger's vocabulary is filled
            up to `vocab_size` with the file's first words: it then reads words that its own text lacks.
        init_from: a run of either task to start embedding and recurrent layers from; its vocabulary
            and shape are taken over.
        tensorboard: write TensorBoard logs into the folder `tensorboard-NAME` beside the run's.
        resume: the folder, or the name under `runs/`, of a training that was not finished: it continues as if
            it had never been interrupted. Everything else is then as it was.
        checkpoint_every: the most minutes between two checkpoints; there is one after each epoch, too.
        distributed: be one of several processes that train together, as the environment variables of
            `keras.distribution` say; Keras must run on JAX. Worker 0 alone saves the run and its metrics.
        report: called after every step with a `Progress`.
        **settings: changes to the task's `Settings`, and to the preset's; and how files are read, which are
            the fields of `Request` from `tokenized` on.

    Returns:
        The run, saved, with its metrics on the validation split. Its status is "interrupted" if Ctrl-C
        ended the training: it then holds the weights kept up to there, no metrics, and what `resume` needs.
        If its folder was taken meanwhile or cannot be written to, it is saved elsewhere, and the entry
        "moved" of its data says where.

    Raises:
        UsageError: if a setting is outside its range or contradicts the vectors or the run to start from,
            there is no such preset, or the run's folder is taken or in use by another training.
        MissingInputError: if a file is not there; for a preset's, it says where people get it.
        DataError: if the corpus does not suit the task, or the vectors hold no word of it.
        DistributedError: if another worker is lost; `resume` in all of them goes on.
        DivergedError: if the loss grows without bound; the last good weights are saved first.
        Terminated: if SIGTERM ended the training; it is saved first, as after Ctrl-C.
    """
    own = {name: value for name, value in locals().items() if name not in ("settings", "report")}
    if resume is not None:
        _check_alone(own | settings)
        with _together(distributed) as workers, _claim_again(resume, workers) as path:
            begun, checkpoint = read_checkpoint(path)
            tensorboard = _logs(path).exists()
            return _train(prepare_again(begun), checkpoint, checkpoint_every, tensorboard, report, workers)
    reading, settings = split_reading(settings)
    asked = {"task": task, "data": data, "vectors": vectors, "labels": labels, "classes": classes}
    recipe = make_recipe(preset, settings, subphrases=subphrases, **asked)
    load_task(recipe.task)
    with _together(distributed) as workers, _claim(recipe.task, run, workers) as path:
        start = init_from if init_from is None or isinstance(init_from, Run) else load_run(init_from)
        prepared = prepare(path, recipe, settings, reading, limit, start)
        return _train(prepared, None, checkpoint_every, tensorboard, report, workers)


def _together(distributed: bool) -> AbstractContextManager[Workers]:
    """This process among those that train together, or alone."""
    if not distributed:
        return nullcontext(ALONE)
    from nlp_lstm.training.distributed import join_workers

    return join_workers()


@contextmanager
def _sharing(workers: Workers, run: Run, checkpoint: Checkpoint | None) -> Iterator[None]:
    """Inside the block, every step is one of all workers, if there are others."""
    if workers.count == 1:
        yield
        return
    from nlp_lstm.training.distributed import check_agreement, share_steps

    workers.check(run.settings)
    check_agreement(workers, run, checkpoint)
    with share_steps():
        yield


def _leave() -> None:
    """Part from the other workers: what comes after the last step is one worker's."""
    from nlp_lstm.training.distributed import leave

    leave()


def _claim(task: str, run: str | Path | None, workers: Workers) -> AbstractContextManager[Path]:
    """The folder of a new run, which the worker that writes holds."""
    path = None if run is None else Path(run)
    return claim(task, path) if workers.writes else nullcontext(path or Path(task))


def _claim_again(run: str | Path, workers: Workers) -> AbstractContextManager[Path]:
    """The folder of a training that goes on, which the worker that writes holds."""
    return claim_again(run) if workers.writes else nullcontext(find_unfinished(run))


def _check_alone(options: dict[str, Any]) -> None:
    """Raise a UsageError if anything is asked for beside what is resumed: it goes on as it began."""
    allowed = {
        "resume": options["resume"],
        "checkpoint_every": options["checkpoint_every"],
        "tensorboard": False,
        "distributed": options["distributed"],
    }
    others = [name for name, value in options.items() if value != allowed.get(name)]
    if others:
        raise UsageError(
            f"resume with {', '.join(others)}: a training goes on as it began, leave {others[0]} out"
        )


def _train(
    prepared: Prepared,
    checkpoint: Checkpoint | None,
    minutes: float,
    tensorboard: bool,
    report: ProgressReport | None,
    workers: Workers,
) -> Run:
    """Train from the beginning or from a checkpoint, evaluate and save; in any case the last."""
    run = prepared.run
    keeper = Keeper(run, minutes) if workers.writes else None
    logs = _logs(run.path) if tensorboard and workers.writes else None
    sets = (prepared.train_set, prepared.validation_set)
    with stop_requests() as stop, _sharing(workers, run, checkpoint):
        fitted = fit(
            load_task(run.task),
            run.settings,
            dict(run.weights),
            *sets,
            report,
            logs,
            keeper,
            checkpoint,
            stop,
            workers,
        )
        if workers.count > 1 and fitted.status != "interrupted":
            _leave()
        run = replace(run, weights=fitted.weights, status=fitted.status, history=fitted.history)
        run = replace(run, seconds=round(fitted.seconds, 1))
        if keeper and keeper.failed and run.status != "finished":
            run = replace(run, data={**run.data, "notes": [*run.data.get("notes", ()), keeper.failed]})
        if workers.writes:
            run = _evaluate_and_save(run, prepared, stop, again=checkpoint is not None)
    if run.status == "interrupted" and not workers.writes:
        stopped = Terminated if stop.signal == signal.SIGTERM else KeyboardInterrupt
        raise stopped(f"worker {workers.number} was stopped, which ends the others: --resume in all goes on")
    if run.status == "diverged":
        raise DivergedError(_what_diverged(run, fitted))
    if stop.signal == signal.SIGTERM and run.status == "interrupted":
        raise Terminated(f"stopped by SIGTERM, the run is in {run.path}: {next_commands(run)}")
    return run


def _evaluate_and_save(run: Run, prepared: Prepared, stop: Stop, again: bool) -> Run:
    """Measure a run that is finished, which a request to stop ends at once, and save it in any case."""
    failed = None
    if run.status == "finished":
        try:
            with stop.at_once():
                run = replace(run, metrics=evaluate_metrics(run, prepared.corpus))
        except KeyboardInterrupt:
            run = replace(run, status="interrupted")
        except Exception as error:
            failed = error
    run = save_somewhere(run, again)
    if failed:
        raise failed
    return run


def _logs(path: Path) -> Path:
    """The folder of a run's TensorBoard logs."""
    return path.with_name(f"tensorboard-{path.name}")


def _what_diverged(run: Run, fitted: Fitted) -> str:
    """Where the loss grew without bound, in which sentences, and what to try."""
    assert fitted.odd is not None
    words = " ".join(run.vocabulary.words[index] for index in fitted.odd[0] if index != PAD)
    return (
        f"the loss at step {fitted.steps} is no number, or above {MOST_LOSS:g}, in {len(fitted.odd)} "
        f"sequences of which the first begins {words[:40]!r}: the last good weights are in {run.path}, try a "
        f"--learning-rate below {run.settings.learning_rate:g} or a smaller --clip-norm"
    )
