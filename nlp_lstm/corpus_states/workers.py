"""Jobs -> shards, one after the other or in processes of their own.

The work of a shard depends on nothing but its job, so the shards are the same however many workers make
them. Few jobs wait at a time, so that memory does not grow with the corpus.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue

from nlp_lstm.corpus_states.rows import Done, Job, Reader, make_shard
from nlp_lstm.errors import StorageError

_reader: Reader  # of a worker process


def make_shards(reader: Reader, jobs: Iterable[Job], workers: int) -> Generator[Done, None, None]:
    """Make the shard of every job, and tell of each when it is written, in any order.

    Args:
        reader: what all jobs share.
        jobs: taken as they are needed.
        workers: processes; 1 works in this one.

    Raises:
        StorageError: if writing fails, or a worker is killed.
    """
    if workers == 1:
        yield from (make_shard(reader, job) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (reader,)) as pool:
        # Not `concurrent.futures.wait`: Ctrl-C could leave a future locked there, and the pool would not end.
        made: SimpleQueue[Future[Done]] = SimpleQueue()
        waiting = 0
        try:
            for job in jobs:
                _submit(pool, job, made)
                waiting += 1
                if waiting > workers:
                    yield made.get().result()
                    waiting -= 1
            for _ in range(waiting):
                yield made.get().result()
        except BrokenProcessPool:
            raise StorageError(
                "a worker was killed, perhaps for lack of memory: finished shards are kept, continue with "
                f"--resume and fewer than {workers} --workers"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, job: Job, made: SimpleQueue[Future[Done]]) -> None:
    """Hand a job over with Ctrl-C held back: a worker that starts here inherits that, and leaves it to us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool.submit(_work, job).add_done_callback(made.put)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(reader: Reader) -> None:
    """Get a worker process ready: one core of its own, and an end with its parent, however that ends."""
    from threadpoolctl import threadpool_limits

    global _reader
    _reader = reader
    threadpool_limits(1)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait for the parent process, and end at once when it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(job: Job) -> Done:
    """Make a shard in a worker process."""
    return make_shard(_reader, job)
