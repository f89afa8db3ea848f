"""The mattes that lie beside the cut as files, ``guides/<shot>/matte_face0.####.exr``: found by name, not read."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from toolkit.documents import FaceTracks, MattePlan, MediaKind, PassName, Shot
from toolkit.errors import UnsupportedMedia
from toolkit.frames import FramePath
from toolkit.passes import resolve_look, wanted_passes
from toolkit.plates import READABLE_IMAGE_SUFFIXES
from toolkit.settings import Settings

log = logging.getLogger(__name__)

_PREFIX = re.compile(r"(?:.*_)?matte(?:_face(\d+))?\.", re.ASCII)
"""What precedes the frame number. Words before ``matte`` are allowed, so that the mattes of a run fit as they are."""


def find_mattes(shot: Shot, tracks: FaceTracks, settings: Settings, *, cut_folder: Path) -> tuple[MattePlan, ...]:
    """The mattes of the faces that FACE has: sequences in ``guides/<shot>`` beside the cut, then Cryptomattes.

    Lists the folder, and reads no file. For one face the sequence comes first. Raises UnsupportedMedia for a sequence
    of a face that the shot has not, of a face that is not named where there are several, with numbers that are no
    source frames of the shot, for two sequences of one face, and where ``matte.cryptomatte`` is set and there are no
    EXR files that could have one.
    """
    if PassName.FACE not in wanted_passes(settings):
        return ()
    folder = cut_folder / "guides" / shot.name
    look = resolve_look(PassName.FACE, shot.name, settings)
    tracked = [track.face for track in tracks.faces]
    chosen = [track.face for track in tracks.faces if look.has_face(track.face, track.name)]
    if tracked and not chosen:
        return ()
    found: dict[int, FramePath] = {}
    for files in _list_sequences(folder) if folder.is_dir() else ():
        face = _read_face(files, shot.name, tracked, chosen)
        if face in found:
            raise UnsupportedMedia(files.hashes, f"{found[face].name} is a matte of face {face}, too; keep one of them")
        found[face] = files
        _check_numbers(files, shot)
    mattes = [MattePlan(face=face, path=files.hashes) for face, files in sorted(found.items())]
    objects = settings.for_shot(shot.name).matte.objects
    asked = {face: names for face, names in objects.items() if face in chosen}
    if asked:
        path = _find_cryptomatte(shot, folder).hashes
        mattes += [MattePlan(face=face, path=path, objects=names) for face, names in asked.items()]
    return tuple(matte for matte in mattes if matte.face in chosen)


def _find_cryptomatte(shot: Shot, folder: Path) -> FramePath:
    """The EXR files beside the cut, or else the plate's. Raises UnsupportedMedia if neither are any."""
    beside = FramePath(folder=folder, prefix="cryptomatte.", padding=4, suffix=".exr")
    if beside.frames_on_disk():
        _check_numbers(beside, shot)
        return beside
    media = shot.media
    is_sequence = media.kind is MediaKind.SEQUENCE and FramePath.is_pattern(media.path) and media.frame_step == 1
    if not is_sequence or not media.path.lower().endswith(".exr"):
        needed = f"matte.cryptomatte needs its Cryptomatte as {beside}, numbered like the plate"
        raise UnsupportedMedia(media.path, f"it is no EXR sequence in steps of 1; {needed}")
    return FramePath.parse(media.path)


def _list_sequences(folder: Path) -> Iterator[FramePath]:
    """The sequences in ``folder`` that are named like mattes, by name. A file that is almost one is warned of."""
    paddings: dict[tuple[str, str], int] = {}
    strays: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in READABLE_IMAGE_SUFFIXES or path.name.startswith("."):
            continue
        try:
            files = FramePath.parse(path)
        except ValueError:
            files = FramePath(folder=folder, prefix=path.stem, padding=0, suffix=path.suffix)
        key = files.prefix, files.suffix
        if _PREFIX.fullmatch(files.prefix):
            paddings[key] = min(files.padding, paddings.get(key, files.padding))
        elif path.name.lower().startswith("matte"):
            strays.setdefault(key, path)
    for path in strays.values():  # one of each sequence
        log.warning("%s is not used: a matte is named matte_face0.####%s", path, path.suffix)
    for (prefix, suffix), padding in paddings.items():
        yield FramePath(folder=folder, prefix=prefix, padding=padding, suffix=suffix)


def _read_face(files: FramePath, shot_name: str, tracked: Sequence[int], chosen: Sequence[int]) -> int:
    """The face that the sequence is a matte of."""
    if not tracked:
        raise UnsupportedMedia(files.hashes, f"{shot_name} has no face for it; move it away")
    match = _PREFIX.fullmatch(files.prefix)
    named = match[1] if match else None
    if named is None and len(chosen) != 1:
        remedy = f"name it matte_face<number>.####{files.suffix}"
        raise UnsupportedMedia(files.hashes, f"it may be for any of the faces {_join(chosen)} of {shot_name}; {remedy}")
    face = chosen[0] if named is None else int(named)
    if face not in tracked:
        has = f"{shot_name} has face{'s' if len(tracked) > 1 else ''} {_join(tracked)}"
        raise UnsupportedMedia(files.hashes, f"there is no face {face}: {has}; rename it, or move it away")
    return face


def _join(faces: Sequence[int]) -> str:
    return ", ".join(str(face) for face in faces)


def _check_numbers(files: FramePath, shot: Shot) -> None:
    """Numbers of another kind would go unnoticed: frames without a file have the matte that is drawn."""
    numbers, wanted = files.frames_on_disk(), shot.source_work_range
    if files.frames_left_out():
        raise UnsupportedMedia(files.hashes, "its files are numbered with different numbers of digits; rename them")
    if not any(number in wanted for number in numbers):
        raise UnsupportedMedia(
            files.hashes,
            f"its files are numbered {numbers[0]}-{numbers[-1]}, and {shot.name} has the source frames {wanted}; "
            "number them like the plate",
        )
