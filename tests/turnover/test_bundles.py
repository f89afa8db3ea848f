"""OpenTimelineIO's bundles: a folder or an archive with the media inside."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.turnover._cuts import (
    Json,
    clip,
    movie_reference,
    sequence_reference,
    time,
    time_range,
    timeline,
    track,
    write,
    write_movie,
    write_sequence,
)
from toolkit.errors import NoSuchFile, OutputNotWritable, UnreadableCut
from toolkit.turnover import read_cut
from toolkit.turnover.source_timeline import open_timeline

MOVIE = clip(movie_reference("media/a b.mov", time_range(0, 12)), time_range(2, 8), name="movie")
SEQUENCE = clip(sequence_reference("media/", 1001, time_range(0, 6)), time_range(1, 4), name="sequence")


def pack(path: Path, document: Json, files: Iterable[tuple[str, Path]], *, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("version.txt", "1.0.0")
        archive.writestr("content.otio", json.dumps(document), compress_type=zipfile.ZIP_DEFLATED)
        for name, file in files:
            archive.write(file, name, compress_type=method)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[str, Path]]:
    """A movie and a sequence, with their names in a bundle."""
    source = tmp_path / "source"
    write_movie(source / "a b.mov", 12)
    write_sequence(source, range(1001, 1007))
    return [(f"media/{file.name}", file) for file in sorted(source.iterdir())]


def both(*more: Json) -> Json:
    return timeline(track(MOVIE, SEQUENCE, *more), start=time(86400), name="reel")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_media_of_an_archive_are_unpacked_beside_it(
    method: int, files: list[tuple[str, Path]], tmp_path: Path
) -> None:
    cut = read_cut(pack(tmp_path / "reel.otioz", both(), files, method=method), handles=0)

    assert [(shot.name, str(shot.source_range)) for shot in cut.shots] == [("movie", "2-9"), ("sequence", "1002-1005")]
    assert all(shot.media.online for shot in cut.shots)
    for shot in cut.shots:
        assert Path(shot.media.path).is_relative_to(tmp_path / "reel_media")
    movie, sequence = (Path(shot.media.path) for shot in cut.shots)
    assert movie.read_bytes() == (tmp_path / "source/a b.mov").read_bytes()
    assert sorted(file.name for file in sequence.parent.iterdir()) == [f"plate.{n}.png" for n in range(1001, 1007)]
    assert cut.notes == (
        f"the media in the bundle are unpacked in {tmp_path / 'reel_media'}; keep it as long as the plates are needed",
    )


def test_a_bundle_is_read_again_with_the_same_paths(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    cut = read_cut(pack(tmp_path / "reel.otioz", both(), files), handles=0)
    written = {file: file.stat().st_mtime_ns for file in (tmp_path / "reel_media").rglob("*") if file.is_file()}
    again = open_timeline(cut).timeline

    references = [child.media_reference for child in again.find_clips()]
    assert references[0].target_url == cut.shots[0].media.path
    assert references[1].target_url_base == f"{Path(cut.shots[1].media.path).parent.as_posix()}/"
    assert {file: file.stat().st_mtime_ns for file in written} == written


def test_a_file_that_was_deleted_or_cut_short_is_unpacked_again(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    path = pack(tmp_path / "reel.otioz", both(), files)
    movie, sequence = (Path(shot.media.path) for shot in read_cut(path, handles=0).shots)
    whole = movie.read_bytes()
    movie.write_bytes(whole[:100])
    (sequence.parent / "plate.1003.png").unlink()
    read_cut(path, handles=0)

    assert movie.read_bytes() == whole
    assert (sequence.parent / "plate.1003.png").is_file()


def test_another_export_keeps_what_is_equal_and_replaces_nothing(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    path = pack(tmp_path / "reel.otioz", both(), files)
    before = [shot.media.path for shot in read_cut(path, handles=0).shots]
    old_movie = Path(before[0]).read_bytes()
    write_movie(tmp_path / "source/a b.mov", 12, rate=Fraction(24), timecode="10:00:00:00")
    after = [shot.media.path for shot in read_cut(pack(path, both(), files), handles=0).shots]

    assert after[1] == before[1]
    assert after[0] != before[0]
    assert Path(before[0]).read_bytes() == old_movie


def test_what_openTimelineIO_writes_is_read(files: list[tuple[str, Path]], tmp_path: Path) -> None:  # noqa: N802
    source = movie_reference((tmp_path / "source/a b.mov").as_uri(), time_range(0, 12))
    loaded = otio.adapters.read_from_file(
        str(write(tmp_path / "cut.otio", timeline(track(clip(source, time_range(2, 8), name="movie")), start=time(0))))
    )
    for suffix in ("otioz", "otiod"):
        path = tmp_path / f"written.{suffix}"
        otio.adapters.write_to_file(loaded, str(path))
        (shot,) = read_cut(path, handles=0).shots
        assert (shot.media.online, str(shot.source_range)) == (True, "2-9")


def test_a_folder_bundle_is_read_where_it_is(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    bundle = tmp_path / "reel.otiod"
    (bundle / "media").mkdir(parents=True)
    for name, file in files:
        (bundle / name).write_bytes(file.read_bytes())
    write(bundle / "content.otio", both())
    cut = read_cut(bundle, handles=0)

    assert [shot.media.path for shot in cut.shots] == [
        str(bundle / "media/a b.mov"),
        str(bundle / "media/plate.####.png"),
    ]
    assert (cut.name, cut.record_start, cut.notes) == ("reel", 86400, ())
    assert open_timeline(cut).timeline.find_clips()[0].media_reference.target_url == str(bundle / "media/a b.mov")


def test_percent_escapes_patterns_and_first_files_name_members(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    edit = track(
        clip(movie_reference("media/a%20b.mov", time_range(0, 12)), time_range(2, 8), name="escaped"),
        clip(movie_reference("./media/plate.%04d.png", time_range(0, 6)), time_range(1, 4), name="printf"),
        clip(movie_reference("media/plate.[1001-1006].png", time_range(0, 6)), time_range(1, 4), name="brackets"),
        clip(movie_reference("media/plate.1001.png", time_range(0, 6)), time_range(1, 4), name="first"),
    )
    cut = read_cut(pack(tmp_path / "reel.otioz", timeline(edit, start=time(0)), files), handles=0)

    assert [shot.media.online for shot in cut.shots] == [True] * 4
    assert [str(shot.source_range) for shot in cut.shots] == ["2-9", "1002-1005", "1002-1005", "1002-1005"]


def test_media_outside_the_bundle_are_left_alone(tmp_path: Path) -> None:
    write_movie(tmp_path / "outside.mov", 12)
    edit = track(
        clip(movie_reference(str(tmp_path / "outside.mov"), time_range(0, 12)), time_range(0, 12), name="absolute"),
        clip(movie_reference("outside.mov", time_range(0, 12)), time_range(0, 12), name="relative"),
    )
    cut = read_cut(pack(tmp_path / "reel.otioz", timeline(edit, start=time(0)), []), handles=0)

    assert [shot.media.path for shot in cut.shots] == [str(tmp_path / "outside.mov")] * 2
    assert not (tmp_path / "reel_media").exists()
    assert cut.notes == ()


@pytest.mark.parametrize(
    "name", ["../evil.mov", "/evil.mov", "media/../../evil.mov", "media/..\\evil.mov", "C:evil.mov"]
)
def test_no_name_in_an_archive_reaches_out_of_the_folder(
    name: str, files: list[tuple[str, Path]], tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    evil = clip(movie_reference(name, time_range(0, 12)), time_range(0, 12), name="evil")
    path = pack(inside / "reel.otioz", both(evil), [*files, (name, files[0][1])])
    cut = read_cut(path, handles=0)

    assert [shot.media.online for shot in cut.shots] == [True, True, False]
    unpacked = [file for file in tmp_path.rglob("*evil*") if file.is_file()]
    assert unpacked == []


def test_a_damaged_file_costs_its_clip(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    path = pack(tmp_path / "reel.otioz", both(), files)
    whole = path.read_bytes()
    movie = (tmp_path / "source/a b.mov").read_bytes()
    at = whole.index(movie) + len(movie) // 2
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    cut = read_cut(path, handles=0)

    assert {shot.name: shot.media.online for shot in cut.shots} == {"movie": False, "sequence": True}
    assert "media/a b.mov in the bundle is damaged and was not unpacked" in cut.notes


def test_no_room_is_said_before_anything_is_written(
    files: list[tuple[str, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path / "reel.otioz", both(), files)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 100})())
    with pytest.raises(OutputNotWritable, match=r"reel_media: the media of the bundle take 0\.0 GB, and 0\.0 GB are"):
        read_cut(path, handles=0)
    assert not (tmp_path / "reel_media").exists()


def test_what_is_no_bundle_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.otioz").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.otioz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with zipfile.ZipFile(tmp_path / "binary.otioz", "w") as archive:
        archive.writestr("content.otio", b"\xff\xfe\x00")
    (tmp_path / "empty.otiod").mkdir()
    problems = {
        "text.otioz": "it is not a zip archive that can be read",
        "other.otioz": r"it has no content\.otio",
        "binary.otioz": "is a binary file",
        "empty.otiod": r"it has no content\.otio",
    }
    for name, problem in problems.items():
        with pytest.raises(UnreadableCut, match=problem) as caught:
            read_cut(tmp_path / name, handles=0)
        assert "\n" not in str(caught.value)
    for name in ("gone.otioz", "gone.otiod"):
        with pytest.raises(NoSuchFile):
            read_cut(tmp_path / name, handles=0)
