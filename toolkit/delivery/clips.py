"""One clip for a host to place: every number final."""

from __future__ import annotations

from pathlib import Path

from toolkit.delivery.colour import input_colour_space
from toolkit.delivery.plate_stacks import Layer
from toolkit.documents import DeliveryClip, Media, MediaKind, Origin, Shot
from toolkit.frames import timecode_from_frames
from toolkit.settings import DeliverySettings


def layer_clip(layer: Layer, root: Path, origin: Origin | None, settings: DeliverySettings) -> DeliveryClip:
    """A pass, by a path relative to ``root``; ``origin`` is the cut's."""
    shot, plan = layer.shot, layer.plan
    interpolation = settings.interpolation if shot.map.speed not in {0, 1} else "host"
    files, numbers = plan.files(root), shot.shot_range
    return DeliveryClip(
        name=layer.name,
        shot=shot.name,
        kind=MediaKind.SEQUENCE,
        path=files.path(numbers.first).relative_to(root).as_posix(),
        pattern=Path(files.printf).name,
        start_index=numbers.first,
        end_index=numbers.last,
        in_frame=shot.handles[0],
        frame_count=len(shot.source_range),
        record_first=shot.record_range.first,
        record_count=len(shot.record_range),
        rate=plan.rate,
        fps=float(plan.rate),
        speed=float(shot.map.speed),
        timecode=str(timecode_from_frames(plan.timecode_first, plan.rate, drop_frame=plan.drop_frame)),
        width=plan.width,
        height=plan.height,
        alpha="premultiplied" if layer.alpha == "premultiplied" else "none",
        encoding=layer.encoding,
        version=plan.version,
        interpolation=interpolation,
        motion=settings.motion if interpolation == "flow" else "host",
        input_colour_space=input_colour_space(shot, origin, holds_codes=plan.encoding == "plate"),
    )


class Plates:
    """Size and encoding of the plates of a cut; each is opened once."""

    def __init__(self, origin: Origin | None) -> None:
        self._origin = origin
        self._known: dict[str, tuple[int, int, str]] = {}

    def clip(self, shot: Shot) -> DeliveryClip:
        """The plate of ``shot``, which is online. Raises MediaError when it cannot be opened any more."""
        media, used = shot.media, shot.source_range
        if media.source_range is None:
            raise ValueError(f"{media.path} is offline: it has no range")
        width, height, encoding = self._facts(media)
        first, last = media.source_range.first, media.source_range.last
        one_file = media.kind is MediaKind.MOVIE or "#" not in Path(media.path).name
        label = timecode_from_frames(media.timecode_first or 0, media.rate, drop_frame=media.drop_frame)
        return DeliveryClip(
            name=shot.clip_name,
            shot=shot.name,
            kind=MediaKind.MOVIE if one_file else MediaKind.SEQUENCE,
            path=media.path if one_file else media.sequence.path(first).as_posix(),
            pattern="" if one_file else Path(media.sequence.printf).name,
            start_index=0 if one_file else first,
            end_index=last - first if one_file else last,
            in_frame=used.first - first,
            frame_count=len(used),
            record_first=shot.record_range.first,
            record_count=len(shot.record_range),
            rate=media.rate,
            fps=float(media.rate),
            speed=float(shot.map.speed),
            timecode=str(label),
            width=width,
            height=height,
            alpha="none",
            encoding=encoding,
            input_colour_space=input_colour_space(shot, self._origin, holds_codes=True),
        )

    def _facts(self, media: Media) -> tuple[int, int, str]:
        from toolkit.plates import open_plate

        if media.path not in self._known:
            with open_plate(media) as plate:
                self._known[media.path] = plate.width, plate.height, plate.encoding
        return self._known[media.path]
