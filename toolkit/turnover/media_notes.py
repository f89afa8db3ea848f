"""What was chosen, guessed or left out when the media of a cut was read, as notes of the cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from toolkit.documents import Cut, Shot
from toolkit.errors import list_frames
from toolkit.turnover.clip_notes import list_shots


def add_media_notes(cut: Cut) -> Cut:
    """``cut`` with the notes of its media, each once, with the shots that use the media."""
    shots: dict[tuple[str, str], list[str]] = {}
    for shot in cut.shots:
        for note in _notes_of(shot):
            shots.setdefault((shot.media.path, note), []).append(shot.name)
    notes = [f"{list_shots(names)}: {note}" for (_, note), names in shots.items()]
    return cut.model_copy(update={"notes": (*cut.notes, *notes)}) if notes else cut


def _notes_of(shot: Shot) -> Iterator[str]:
    media = shot.media
    yield from media.notes
    if media.is_rate_assumed and media.source_range is not None and len(media.source_range) > 1:
        yield f"{Path(media.path).name} gives no frame rate: {float(media.rate):g} fps is assumed (--rate, plate.rate)"
    if not media.online and media.source_range is not None:
        beyond = shot.source_range.minus(media.source_range)
        if beyond:
            claimed = f"by the cut it has {media.source_range.first} to {media.source_range.last}"
            yield f"it shows frames {list_frames(beyond)} of {media.path}, which is offline; {claimed}"
