"""One cut in four formats: their readers agree with the model, and so with each other."""

from __future__ import annotations

from pathlib import Path

from tests.proof._check import Tally, Wrong
from tests.proof._model import Timeline
from tests.proof._other_formats import fits_edl, fits_xmeml, write_edl, write_fcpxml, write_xmeml
from tests.proof._otio import timeline_json
from tests.turnover import _edls
from tests.turnover._cuts import write
from toolkit.documents import Cut
from toolkit.turnover import read_cut


def check_incoming(cut: Timeline, folder: Path, tally: Tally) -> None:
    """Write ``cut`` into ``folder`` in each format that can say it, and read it. Raises Wrong."""
    expected = [[_picture(one.footage.path, one.frame) for one in cut.at(n) if one.footage] for n in range(cut.count)]
    _compare("OTIO", read_cut(write(folder / "cut.otio", timeline_json(cut)), handles=0), cut, expected, tally)
    write_fcpxml(cut, folder / "cut.fcpxml")
    _compare("FCPXML", read_cut(folder / "cut.fcpxml", handles=0), cut, expected, tally)
    if fits_xmeml(cut):
        _compare("FCP7 XML", read_cut(write_xmeml(cut, folder), handles=0), cut, expected, tally)
    if fits_edl(cut):
        write_edl(cut, folder / "cut.edl")
        _compare_edl(folder / "cut.edl", cut, expected, tally)
    tally.cuts += 1
    tally.frames += cut.count


def _picture(path: str, frame: int) -> tuple[str, int]:
    return path.rpartition("/")[2], frame


def _compare(where: str, read: Cut, cut: Timeline, expected: list[list[tuple[str, int]]], tally: Tally) -> None:
    _compare_facts(where, read, cut)
    found: list[list[tuple[str, int]]] = [[] for _ in expected]
    for shot in sorted(read.shots, key=lambda shot: shot.track_index):
        for n in shot.record_range:
            found[n].append(_picture(shot.media.path, shot.frame_map.source_frame_at_record(n)))
    _compare_frames(where, found, expected, tally)


def _compare_edl(path: Path, cut: Timeline, expected: list[list[tuple[str, int]]], tally: Tally) -> None:
    """A list names no files: their frames are known by their timecode."""
    read = _edls.read(path, rate=f"{float(cut.rate):.3f}".rstrip("0").rstrip("."))
    _compare_facts("EDL", read, cut)
    start = 3600 * round(cut.rate)
    names = {name for pictures in expected for name, _ in pictures}
    found: list[list[tuple[str, int]]] = [[] for _ in expected]
    first = read.record_start - cut.start
    for shot in read.shots:
        for n, frame in zip(shot.record_range, _edls.shown(shot), strict=True):
            found[first + n].append((*names, frame - start))  # type: ignore[arg-type]
    _compare_frames("EDL", found, expected, tally)


def _compare_facts(where: str, read: Cut, cut: Timeline) -> None:
    if (read.record_rate, read.drop_frame) != (cut.rate, cut.drop_frame) or read.skipped:
        raise Wrong(f"{where}: read at {read.record_rate}, drop frame {read.drop_frame}, left out {read.skipped}")
    if where != "EDL" and (read.record_start, read.record_count) != (cut.start, cut.count):
        raise Wrong(f"{where}: starts at {read.record_start} with {read.record_count} frames")


def _compare_frames(
    where: str, found: list[list[tuple[str, int]]], expected: list[list[tuple[str, int]]], tally: Tally
) -> None:
    for n, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        if ours != theirs:
            raise Wrong(f"{where}: frame {n} shows {ours} instead of {theirs}")
        tally.compared[where] += len(theirs)
