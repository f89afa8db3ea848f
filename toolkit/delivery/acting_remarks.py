"""Remarks on acting: where a review says that the layers lose it."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.delivery.face_remarks import first_record_frame
from toolkit.delivery.remark import Remark
from toolkit.documents import Shot, ShotReview
from toolkit.errors import list_frames


def acting_remarks(shot: Shot, review: ShotReview) -> Iterator[Remark]:
    """A marker on ``shot`` wherever a face of it fails, and one note for each such face."""
    for face in review.faces:
        failing = [run for run in face.acting.failing if first_record_frame(shot, run) is not None]
        if face.acting.score is None or not failing:
            continue
        numbers = [shot.frame_map.shot_frame(frame) for run in failing for frame in run]
        kept = f"{face.acting.score:.0f} of 100 of the acting of face {face.face} is kept"
        least = next(iter(face.acting.regions))
        sentence = f"{shot.name}: {kept}, least of its {least}; look at layer frames {list_frames(numbers)}"
        for number, run in enumerate(failing):
            where = first_record_frame(shot, run) or shot.record_range.first
            yield Remark(
                shot=shot.name, record_first=where, sentence=sentence, marker="Acting lost", is_note=number == 0
            )
