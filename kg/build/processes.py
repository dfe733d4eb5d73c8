"""Work in several processes: spawned, each with the models loaded once, answers in the order of the questions."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import pyarrow as pa

from kg.errors import KgError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Spread: TypeAlias = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
PATIENCE = 10  # seconds for processes that were ended to be gone
LARGE = 1 << 20  # bytes
_MMAP_THRESHOLD = -3  # of mallopt
AHEAD = 4  # questions a process, that are sent before they are asked for
# Records come by the hundred thousand, and without a cycle among them: to look for cycles as often as Python does took a third of the time.
COLLECTED = (200_000, 20, 20)


@contextmanager
def processes(jobs: int) -> Iterator[Spread]:
    """An ordered `map` over so many processes, which are started when first needed; for one job the plain one. They end with the block, at once if it fails."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED)
    try:
        if jobs <= 1:
            yield map
        else:
            with _spawned(jobs) as spread:
                yield spread
    finally:
        gc.set_threshold(*before)


@contextmanager
def _spawned(jobs: int) -> Iterator[Spread]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool: ProcessPoolExecutor | None = None

    def spread(function: Callable[[Question], Answer], questions: Iterable[Question]) -> Iterator[Answer]:
        nonlocal pool
        pool = pool or ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)
        waiting = []
        # No more in flight than what keeps everybody busy: questions and answers are large.
        for question in questions:
            with _uninterrupted():
                waiting.append(pool.submit(_answer, function, question))
            if len(waiting) >= jobs * AHEAD:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()

    try:
        yield spread
    except BrokenProcessPool:
        raise KgError(f"one of {jobs} processes was ended from outside, perhaps for want of memory: give fewer with --jobs") from None
    except BaseException:
        if pool:
            _stop(pool)
        raise
    if pool:
        pool.shutdown()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of the block: processes that are started in it do not hear it, not even before they could say so themselves, and get all that they
    are started with. That this thread does not hear it would not do, since another one may."""
    import signal

    before = signal.getsignal(signal.SIGINT)
    if not hasattr(signal, "pthread_sigmask") or not callable(before) or current_thread() is not main_thread():
        yield
        return
    seen: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
        if seen:
            before(signal.SIGINT, None)


def _answer(function: Callable[[Question], Answer], question: Question) -> Answer:
    found = function(question)
    give_back()
    return found


@contextmanager
def frugal() -> Iterator[None]:
    """Large pieces of memory go back to the system as soon as they are free: Arrow's own allocator, and the C library below a bound that it raises by itself, keep
    them for later. To ask the system anew is slow for small ones, which workers have many of: this is for the process that holds the tables. The bound
    of the C library stays: it cannot be asked for."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(AttributeError, OSError, TypeError):  # only the C library of GNU has it
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)
    try:
        yield
    finally:
        pa.set_memory_pool(before)


def give_back() -> None:
    """Memory that is free goes back to the system: what was large here is elsewhere next."""
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError, TypeError):  # only the C library of GNU has it
        ctypes.CDLL(None).malloc_trim(0)


def _begin() -> None:
    """Ctrl-C is for the process that was started by hand, which ends the others; should it be killed, they end too."""
    import os
    import signal
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*COLLECTED)

    def watch() -> None:
        parent = parent_process()
        assert parent is not None
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _stop(pool: ProcessPoolExecutor) -> None:
    """End all at once. The pool's own thread is waited for: Python, about to end, would speak to it through a pipe that it may just be closing."""
    manager: Any = pool._executor_manager_thread
    children = list((pool._processes or {}).values())
    for child in children:
        child.kill()
    pool.shutdown(wait=False, cancel_futures=True)
    if manager:
        manager.join(PATIENCE)
