"""What is in front of the faces of a shot, found once and kept beside its tracks: ``OUT/<shot>/occluders.json``."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import FaceTracks, Occluders, Shot
from toolkit.faces import add_occluders, find_occluders, occluders_key
from toolkit.output import Output
from toolkit.plates import Plate
from toolkit.progress import Progress


def track_occluders(
    faces: FaceTracks, shot: Shot, plate: Plate, model: Path, *, output: Output, progress: Progress
) -> FaceTracks:
    """``faces`` with what is in front of them; read from disk when faces, media and ``model`` are unchanged."""
    known = read_occluders(faces, shot, plate, model, output)
    if known is None:
        with progress.stage(f"{shot.name}  in front of faces", len(faces.source_range)) as advance:
            known = find_occluders(_tracked_part(shot, faces), plate, faces, model, advance)
        known.write(output.occluders(shot.name))
    return add_occluders(faces, known)


def read_occluders(faces: FaceTracks, shot: Shot, plate: Plate, model: Path, output: Output) -> Occluders | None:
    """What is in front of ``faces``, read from disk; None if it is not of these faces and this media."""
    path = output.occluders(shot.name)
    if not path.exists():
        return None
    known = Occluders.read(path)
    return known if known.key == occluders_key(_tracked_part(shot, faces), plate, faces, model) else None


def _tracked_part(shot: Shot, faces: FaceTracks) -> Shot:
    """``shot`` with the frames in which ``faces`` are tracked."""
    return shot.model_copy(update={"source_work_range": faces.source_range})
