"""Files with the faces of shots, from a 3D rig or another tracker (``track.faces_from``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PureWindowsPath

from toolkit.documents import Cut, RigFaces, RigShot, Shot, read_rig_faces
from toolkit.errors import DocumentError, NoSuchFile, at
from toolkit.faces import RigSource
from toolkit.frames import FrameRange
from toolkit.settings import SHOT, Settings


def find_rig_files(cut: Cut, shots: Iterable[Shot], settings: Settings) -> dict[str, Path]:
    """The files that the faces of ``shots``, source shots of ``cut``, are read from, by shot.

    Shots whose faces are detected have none. Paths are relative to the cut. Raises NoSuchFile.
    """
    found: dict[str, Path] = {}
    for shot in shots:
        text = settings.for_shot(shot.name).track.faces_from
        if not text:
            continue
        found[shot.name] = path = Path(cut.path).parent / text.replace(SHOT, shot.name)
        if not path.is_file():
            with at(shot=shot.name):
                raise NoSuchFile(path)
    return found


def read_rig_files(cut: Cut, shots: Iterable[Shot], settings: Settings) -> dict[str, RigSource]:
    """What those files say, by shot; each is read once.

    Raises NoSuchFile, Unreadable, and DocumentError also if a file has nothing for a shot, or for none of its frames.
    """
    shots = list(shots)
    files = find_rig_files(cut, shots, settings)
    documents = {path: read_rig_faces(path) for path in dict.fromkeys(files.values())}
    sources = {}
    for shot in shots:
        if shot.name in files:
            path = files[shot.name]
            with at(shot=shot.name):
                entry = _find_entry(path, documents[path], shot, _names_of(cut, shot))
                _check_is_named(path, entry, list(files.values()).count(path))
                _check_frames(path, entry, shot)
                _check_rate(path, documents[path], shot)
            sources[shot.name] = RigSource.of(path, documents[path], entry)
    return sources


def _names_of(cut: Cut, shot: Shot) -> set[str]:
    """The names of all uses of a source shot."""
    return {shot.name, *(use.name for use in cut.shots if use.rendered_name == shot.name)}


def _find_entry(path: Path, faces: RigFaces, shot: Shot, names: set[str]) -> RigShot:
    """The entry for ``shot``: of its name, or else of its media."""
    media = PureWindowsPath(shot.media.path).name  # the part after the last slash of either kind
    found = [one for one in faces.shots if one.shot in names]
    found = found or [one for one in faces.shots if not one.shot and one.media in ("", media)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DocumentError(path, "/shots", f"{len(found)} entries are for this shot, {media}; leave one")
    known = ", ".join(dict.fromkeys(one.shot or one.media for one in faces.shots))
    raise DocumentError(path, "/shots", f"nothing is for this shot, {media}; the file has {known}")


def _check_is_named(path: Path, entry: RigShot, uses: int) -> None:
    """The same faces in several shots would be a mistake that nobody notices."""
    if uses > 1 and not entry.shot and not entry.media:
        remedy = f"name it (shot or media), or give each shot a file of its own, such as rigs/{SHOT}{path.suffix}"
        raise DocumentError(path, "/shots", f"it does not say which of the {uses} shots it is for; {remedy}")


def _check_frames(path: Path, entry: RigShot, shot: Shot) -> None:
    frames = [sample.source_frame for face in entry.faces for sample in face.samples]
    if frames and not any(frame in shot.source_work_range for frame in frames):
        has = FrameRange(first=min(frames), last=max(frames))
        space = "the numbers of the files of a sequence; in a movie they count from 0"
        problem = f"it has frames {has}, and the shot {shot.source_work_range}; frames are source frames: {space}"
        raise DocumentError(path, "/shots", problem)


def _check_rate(path: Path, faces: RigFaces, shot: Shot) -> None:
    """Files of a sequence need no rate to be counted."""
    if faces.rate is not None and faces.rate != shot.media.rate and not shot.media.is_rate_assumed:
        problem = f"its frames are at {faces.rate} per second, and those of the media at {shot.media.rate}"
        raise DocumentError(path, "/rate", f"{problem}; export it at the rate of the media, or without a rate")
