"""Build the clips of ``delivery.json``: every number is final, so hosts compute nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from toolkit.delivery.colour import input_colour_space
from toolkit.delivery.plate_stacks import LayerClip
from toolkit.delivery.plate_tracks import source_position
from toolkit.documents import DeliveryClip, Interpolation, Media, MediaKind, Origin, Shot
from toolkit.errors import MediaError
from toolkit.frames import FrameMap, FrameRange, timecode_from_frames
from toolkit.settings import DeliverySettings

if TYPE_CHECKING:
    from toolkit.plates import Plate


class PlateFacts(NamedTuple):
    """What a host needs to know of a plate's media."""

    width: int
    height: int
    encoding: str
    alpha: Literal["premultiplied", "straight", "none"]
    runs: tuple[FrameRange, ...]
    """The stretches of its frames without a hole, ascending (source space): hosts take no sequence with holes."""


def read_plate_facts(shots: Iterable[Shot]) -> tuple[dict[str, PlateFacts], dict[str, str]]:
    """The facts of the plates of the online ``shots``, and why a plate can no longer be used; both by shot name.

    Each plate is opened once.
    """
    known: dict[str, PlateFacts | str] = {}
    facts, unusable = {}, {}
    for shot in shots:
        path = shot.media.path
        if shot.media.frame_step != 1:  # hosts show no such sequence; a remark says so
            continue
        if shot.media.online and path not in known:
            known[path] = _read_facts(shot.media)
        found = known.get(path)
        if isinstance(found, PlateFacts) and any(shot.source_range.first in run for run in found.runs):
            facts[shot.name] = found
        elif found is not None:
            unusable[shot.name] = found if isinstance(found, str) else f"{path}: its frames have gone"
    return facts, unusable


def _read_facts(media: Media) -> PlateFacts | str:
    """The facts of ``media``, or why it can no longer be opened."""
    from toolkit.plates import open_plate

    try:
        with open_plate(media) as plate:
            alpha = _describe_alpha(plate)
            return PlateFacts(plate.width, plate.height, plate.encoding, alpha, _find_runs(media))
    except MediaError as error:
        return error.sentence


def _find_runs(media: Media) -> tuple[FrameRange, ...]:
    from toolkit.plates import missing_frames

    if media.source_range is None:
        raise ValueError(f"{media.path} is offline: it has no range")
    return tuple(media.source_range.without(set(missing_frames(media, media.source_range))))


def build_layer_clip(layer: LayerClip, root: Path, origin: Origin | None, settings: DeliverySettings) -> DeliveryClip:
    """The clip of one layer, its path relative to ``root``; ``origin`` is the cut's."""
    shot, plan = layer.shot, layer.plan
    interpolation = _choose_interpolation(layer, settings)
    files, first = layer.files(root), plan.frames[0].number
    in_frame, last = (
        (frame - layer.source_first) // plan.step for frame in (shot.source_range.first, shot.source_range.last)
    )
    return DeliveryClip(
        name=layer.name,
        shot=shot.name,
        kind=MediaKind.SEQUENCE,
        path=files.path(first).relative_to(root).as_posix(),
        pattern=Path(files.printf).name,
        start_index=first,
        end_index=first + len(plan.frames) - 1,
        in_frame=in_frame,
        in_position=(source_position(shot) - layer.source_first) / plan.step,
        off_by_one=_count_off_by_one(shot, layer.source_first, plan.step),
        frame_count=last - in_frame + 1,
        record_first=shot.record_range.first,
        record_count=len(shot.record_range),
        rate=plan.file_rate,
        fps=float(plan.file_rate),
        speed=float(shot.frame_map.speed),
        timecode=str(
            timecode_from_frames(
                plan.file_timecode_first, plan.file_rate, drop_frame=plan.drop_frame and plan.step == 1
            )
        ),
        width=plan.width,
        height=plan.height,
        alpha="premultiplied" if layer.alpha == "premultiplied" else "none",
        encoding=layer.encoding,
        version=plan.version,
        interpolation=interpolation,
        motion=settings.motion if interpolation == "flow" else "host",
        input_colour_space=input_colour_space(shot, origin, is_plate_encoded=plan.encoding == "plate"),
    )


def build_plate_clip(shot: Shot, facts: PlateFacts, origin: Origin | None) -> DeliveryClip:
    """The clip of the plate of ``shot``, which must be online; ``origin`` is the cut's.

    Its media are the stretch without a hole that ``shot`` is in.
    """
    media, used = shot.media, shot.source_range
    run = next(run for run in facts.runs if used.first in run)
    first, last = run.first, run.last
    is_one_file = media.kind is MediaKind.MOVIE or "#" not in Path(media.path).name
    timecode_first = (media.timecode_first or 0) + first - shot.frame_map.source_first
    timecode = timecode_from_frames(timecode_first, media.rate, drop_frame=media.drop_frame)
    return DeliveryClip(
        name=shot.clip_name,
        shot=shot.name,
        kind=MediaKind.MOVIE if is_one_file else MediaKind.SEQUENCE,
        path=media.path if is_one_file else media.sequence.path_on_disk(first).as_posix(),
        pattern="" if is_one_file else Path(media.sequence.printf).name,
        start_index=0 if is_one_file else first,
        end_index=last - first if is_one_file else last,
        in_frame=used.first - first,
        in_position=source_position(shot) - first,
        off_by_one=_count_off_by_one(shot, used.first),
        frame_count=len(used),
        record_first=shot.record_range.first,
        record_count=len(shot.record_range),
        rate=media.rate,
        fps=float(media.rate),
        speed=float(shot.frame_map.speed),
        timecode=str(timecode),
        width=facts.width,
        height=facts.height,
        alpha=facts.alpha,
        encoding=facts.encoding,
        input_colour_space=input_colour_space(shot, origin, is_plate_encoded=True),
        is_nested=bool(shot.inside),
    )


def _describe_alpha(plate: Plate) -> Literal["premultiplied", "straight", "none"]:
    if not plate.has_alpha:
        return "none"
    return "premultiplied" if plate.premultiplied else "straight"


def _choose_interpolation(layer: LayerClip, settings: DeliverySettings) -> Interpolation:
    """How the host fills in frames. On twos it has to, unless the settings say otherwise; at 100 % it does not."""
    if layer.plan.step > 1:
        return "flow" if settings.interpolation == "host" else settings.interpolation
    return settings.interpolation if layer.shot.frame_map.speed not in {0, 1} else "host"


def _count_off_by_one(shot: Shot, source_first: int, step: int = 1) -> int:
    """See ``DeliveryClip.off_by_one``, for media of which each file lasts ``step`` frames from ``source_first`` on."""
    exact = shot.frame_map.trimmed(shot.record_range)
    start = shot.source_range.first - (shot.source_range.first - source_first) % step
    whole = replace(exact, source_offset=Fraction(start - exact.source_first))

    def file(frame_map: FrameMap, record_frame: int) -> int:
        return (frame_map.source_frame_at_record(record_frame) - source_first) // step

    return sum(file(exact, record_frame) != file(whole, record_frame) for record_frame in shot.record_range)
