"""Figures as `make bench` prints them: medians of repeats, one line each, beside a floor where there is one."""

import statistics
import sys
import time
from collections.abc import Callable


def median(act: Callable[[], object], repeats: int = 7) -> float:
    """Seconds."""
    return statistics.median(seconds(act) for _ in range(repeats))


def seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def busy(act: Callable[[], object], repeats: int) -> float:
    """Seconds of the processor, so that other work on the machine does not count."""

    def once() -> float:
        started = time.process_time()
        act()
        return time.process_time() - started

    return statistics.median(once() for _ in range(repeats))


def say(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:<44} {figure}\n")
    sys.stdout.flush()


def beside(what: str, taken: float, floor: float, of: str) -> None:
    """A figure beside what nothing could be faster than, measured in the same run: `of` says what that is."""
    say(what, f"{taken:.2f} s; floor {floor:.2f} s ({of}): {taken / floor:.2f}x")
