"""Proves that random cuts come back as they went in: ``python -m tests.proof 10000``.

Each cut is read, delivered with fake layers, and read back from every file of the delivery by code that shares nothing
with the toolkit. What every timeline frame shows is compared with a model of the cut. With ``--incoming``, cuts of what
all formats can say are written as OTIO, EDL, FCP7 XML and FCPXML instead, and read. About five cuts a second; Ctrl-C
ends it early. Exits with 1 if a frame is wrong, after printing the smallest such cut.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from tests.proof._check import Tally, check, is_clear
from tests.proof._footage import make_footage
from tests.proof._generator import timelines
from tests.proof._incoming import check_incoming
from tests.proof._model import Timeline, describe
from tests.proof._other_formats import flat_cuts

Check = Callable[[Timeline, Path, Tally], None]


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000, help="cuts (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="which cuts (default: %(default)s)")
    parser.add_argument("--incoming", action="store_true", help="compare the readers of the four formats")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after them (default: after all cuts)")
    return parser.parse_args()


class _Run:
    """The same cuts each time for the same seed."""

    def __init__(self, cuts: st.SearchStrategy[Timeline], check_one: Check, count: int, number: int) -> None:
        self._cuts, self._check, self._count, self._number = cuts, check_one, count, number
        self._begin = time.monotonic()
        self.wrong = 0
        self.tally = Tally()

    def count_wrong(self, minutes: float) -> None:
        """Check all cuts, or those that ``minutes`` allow. Raises KeyboardInterrupt when it was stopped early."""

        def try_one(cut: Timeline) -> None:
            try:
                self._try(cut, self.tally)
            except Exception as error:  # a crash is as wrong as a picture
                self.wrong += 1
                print(f"\r{'':70}\rwrong: {type(error).__name__}: {error}")
            self._show_progress()
            if time.monotonic() - self._begin > 60 * minutes:
                raise KeyboardInterrupt

        self._search(try_one, [Phase.generate])

    def find_smallest(self) -> tuple[Timeline, Exception]:
        """The smallest cut that is like the first wrong one."""
        found: list[tuple[Timeline, Exception]] = []

        def try_one(cut: Timeline) -> None:
            try:
                self._try(cut, Tally())
            except Exception as error:
                found.append((cut, error))
                raise

        try:
            self._search(try_one, [Phase.generate, Phase.shrink])
        except Exception as error:
            if not found:
                raise
            return found[-1][0], error
        raise AssertionError("the wrong cut is right the second time")

    def _search(self, try_one: Callable[[Timeline], None], phases: Sequence[Phase]) -> None:
        limits = settings(
            max_examples=self._count,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )

        def clear(cut: Timeline) -> None:
            assume(is_clear(cut))
            try_one(cut)

        seed(self._number)(limits(given(self._cuts)(clear)))()

    def _try(self, cut: Timeline, tally: Tally) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self._check(cut, Path(folder), tally)

    def _show_progress(self) -> None:
        done = self.tally.cuts + self.wrong
        share = min(1.0, done / self._count)
        rate = done / (time.monotonic() - self._begin)
        bar = "#" * int(30 * share)
        print(f"\r[{bar:30}] {done}/{self._count} cuts, {rate:.1f}/s, {self.wrong} wrong", end="", file=sys.stderr)


def _report(run: _Run, number: int) -> None:
    tally = run.tally
    print(f"\nseed {number}: {tally.cuts} cuts right, {run.wrong} wrong")
    print(f"{tally.frames} timeline frames; {tally.left_out} pictures are left out, all of them reported")
    for where, compared in tally.compared.items():
        noted = f", {tally.noted[where]} differ as its notes say" if tally.noted[where] else ""
        print(f"{where:22} {compared:9} pictures compared{noted}")


def main() -> None:
    arguments = _parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.incoming:
            run = _Run(flat_cuts(), check_incoming, arguments.count, arguments.seed)
        else:
            run = _Run(timelines(make_footage(Path(folder))), check, arguments.count, arguments.seed)
        try:
            run.count_wrong(arguments.minutes)
        except KeyboardInterrupt:
            print("\nstopped early", end="")
        _report(run, arguments.seed)
        if run.wrong:
            cut, error = run.find_smallest()
            print(f"\nthe smallest wrong cut:\n{describe(cut)}\n{type(error).__name__}: {error}")
            sys.exit(1)


if __name__ == "__main__":
    main()
