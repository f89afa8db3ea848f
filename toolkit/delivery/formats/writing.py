"""Which formats are written, to which files, and what the editor must know of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from toolkit.delivery.formats import edl, fcp_xml_timing
from toolkit.delivery.formats.edl import EDL_MARK, write_edls
from toolkit.delivery.formats.fcp_xml import write_fcp_xml
from toolkit.delivery.formats.fcpxml import movie_path, needs_movie, write_fcpxml
from toolkit.delivery.formats.locations import Locations
from toolkit.delivery.formats.resolve_otio import write_resolve_otio
from toolkit.delivery.formats.shot_list import write_shot_list
from toolkit.documents import Delivery, DeliveryClip, PassName
from toolkit.errors import OutputNotWritable

_FILES: dict[str, tuple[str, Callable[[Delivery, Path, Locations], None]]] = {
    "resolve": ("_resolve.otio", write_resolve_otio),
    "xml": (".xml", write_fcp_xml),
    "fcpxml": (".fcpxml", write_fcpxml),
    "csv": (".csv", write_shot_list),
}
"""The formats of one file each, what its name ends in after ``return``, by their names in ``delivery.formats``."""
_EDLS = ("_PLATE*.edl", *(f"_{name}_v[0-9]*.edl" for name in PassName))
"""The same of the lists. They begin like a track: those of a cut called ``v_2`` are not lists of a cut called ``v``."""


def check_cut_is_kept(cut_path: Path, root: Path, suffix: str = "") -> None:
    """Raises OutputNotWritable when a file that a delivery writes into ``root``, or removes, is the cut itself."""
    names = {f"return{suffix}{end}" for end in (".otio", *(end for end, _ in _FILES.values()))}
    is_ours = cut_path.name in names or (
        any(cut_path.match(f"return{suffix}{end}") for end in _EDLS) and _is_ours(cut_path)
    )
    if cut_path.parent.resolve() == root.resolve() and is_ours:
        raise OutputNotWritable(cut_path, "it is the cut itself; save that elsewhere, or choose another output folder")


def write_formats(delivery: Delivery, formats: tuple[str, ...], locations: Locations) -> None:
    """Write ``delivery`` in each of ``formats``, and remove what earlier deliveries wrote in others.

    Raises OutputNotWritable.
    """
    for path in _edls_in(locations.root, locations.suffix):
        _remove(path)
    for name, (end, write) in _FILES.items():
        if name in formats:
            write(delivery, locations.returned(end), locations)
        else:
            _remove(locations.returned(end))
    if "edl" in formats:
        write_edls(delivery, locations)


def find_formats(root: Path, suffix: str = "") -> list[Path]:
    """The files that ``write_formats`` has written into ``root`` for the cut with ``suffix``."""
    files = [root / f"return{suffix}{end}" for end, _ in _FILES.values()]
    return [*(path for path in files if path.exists()), *_edls_in(root, suffix)]


def format_notes(delivery: Delivery, formats: tuple[str, ...], locations: Locations) -> Iterator[str]:
    """What ``formats`` cannot hold, one sentence for each shot and format."""
    if "xml" in formats:
        why = "it counts media of another rate in whole frames of the timeline"
        yield from _wrong_frame_notes(delivery, fcp_xml_timing.count_wrong, "return.xml", why)
        yield from _rate_notes(delivery)
    if "edl" in formats:
        why = "an EDL has whole start frames, and one decimal place for the speed"
        yield from _wrong_frame_notes(delivery, edl.count_wrong, "its EDLs", why)
        yield from _mixed_rate_notes(delivery)
    if "fcpxml" in formats:
        yield from _movie_notes(delivery, locations)


def _wrong_frame_notes(
    delivery: Delivery, count: Callable[[DeliveryClip, Fraction], int], where: str, why: str
) -> Iterator[str]:
    wrong: dict[str, list[tuple[int, DeliveryClip]]] = {}
    for track in delivery.tracks:
        for clip in track.clips:
            frames = count(clip, delivery.rate)
            if frames:
                wrong.setdefault(clip.shot, []).append((frames, clip))
    for shot, found in wrong.items():
        frames, longest = max(frames for frames, _ in found), max(clip.record_count for _, clip in found)
        names = ", ".join(clip.name for _, clip in found)
        yield f"{shot}: in {where} up to {frames} of {longest} frames show a neighbouring picture ({names}), as {why}"


def _rate_notes(delivery: Delivery) -> Iterator[str]:
    for name, rate in dict.fromkeys([("the timeline", delivery.rate), *_rates(delivery)]):
        nominal = max(1, round(rate))
        if rate not in (nominal, Fraction(nominal * 1000, 1001)):
            yield f"{name}: return.xml has no rate of {float(rate):g} fps and says {nominal}: its frames drift"


def _rates(delivery: Delivery) -> Iterator[tuple[str, Fraction]]:
    """The rates of each shot's media: its plate and passes on twos may differ."""
    return ((clip.shot, clip.rate) for track in delivery.tracks for clip in track.clips)


def _mixed_rate_notes(delivery: Delivery) -> Iterator[str]:
    for shot, rate in dict.fromkeys(_rates(delivery)):
        if rate == delivery.rate:
            continue
        yield (
            f"{shot}: its EDLs count source timecode at {float(rate):g} fps, the rate of its media; "
            "an EDL cannot say so"
        )


def _movie_notes(delivery: Delivery, locations: Locations) -> Iterator[str]:
    needed = {clip.path: clip for track in delivery.tracks for clip in track.clips if needs_movie(clip)}
    if needed:
        example = max(needed.values(), key=lambda clip: clip.version or 0)
        yield (
            "Final Cut Pro reads no image sequences: before importing return.fcpxml, make a movie of each of the "
            f"{len(needed)} in it, with all frames, the same timecode and (FACE) the alpha, named as the file says: "
            f"{movie_path(example, locations.portable(example))}"
        )


def _edls_in(root: Path, suffix: str) -> list[Path]:
    return [path for end in _EDLS for path in root.glob(f"return{suffix}{end}") if _is_ours(path)]


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return EDL_MARK.encode() in file.read(2000)
    except OSError:
        return False


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputNotWritable(path, error.strerror or str(error)) from error
