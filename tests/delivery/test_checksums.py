"""Checksums of a delivery, and what ``toolkit verify`` finds in a damaged copy of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.delivery._deliveries import plan_of, write_layers
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.cli import run_command
from toolkit.documents import Checksums, FileChecksum, PassName
from toolkit.errors import DocumentError, MissingDocument
from toolkit.settings import load_settings
from toolkit.stages import conform, verify
from toolkit.turnover import read_cut

CHECKSUMS = load_settings(overrides=["delivery.checksums=true", "delivery.formats=xml,edl,resolve"])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A delivery with checksums: BODY and FACE of two shots of one media, one of them a speed ramp."""
    write_sequence(tmp_path / "plates", range(1, 21))
    keys = [[0.0, 0.0, False, 0, 0, 0, 0], [0.25, 0.5, False, 0, 0, 0, 0], [1.0, 0.75, False, 0, 0, 0, 0]]
    ramp = {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": {"Resolve_OTIO": {"Key Frames": keys}}}
    media = sequence_reference("plates/", 1, time_range(0, 20))
    uses = clip(media, time_range(2, 6), name="a"), clip(media, time_range(0, 8), name="b", effects=[ramp])
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(*uses), start=time(0))), handles=1)
    root = tmp_path / "out"
    cut.write(root / "shots.json")
    for shot in cut.source_shots():
        for name in PassName:
            plan = plan_of(shot, name)
            plan.write(plan.files(root).folder / "plan.json")
            write_layers(plan, root)
    conform(root, CHECKSUMS)
    return root


def test_every_delivered_file_is_listed_with_its_size_and_digest(out: Path) -> None:
    """Found without the toolkit: all that is in the folder but its own records and what no layer of the cut shows."""
    own = {"shots.json", "plan.json", "frame_keys.json", "checksums.json", "checksums.sha256"}
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and path.name not in own}
    listed = Checksums.read(out / "checksums.json")
    assert {file.path for file in listed.files} == there
    assert any("/retime_" in path for path in there)
    assert {Path(path).suffix for path in there} == {".exr", ".otio", ".json", ".lua", ".comp", ".txt", ".xml", ".edl"}
    for file in listed.files:
        content = (out / file.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum")
def test_other_tools_check_the_same_files(out: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sha256sum", "--strict", "-c", "checksums.sha256"], cwd=out, capture_output=True, text=True, check=False
        )

    done = run()
    assert (done.returncode, len(done.stdout.splitlines())) == (
        0,
        len(Checksums.read(out / "checksums.json").files),
    )
    (out / "return.otio").write_text("{}")
    assert "return.otio: FAILED" in run().stdout


def test_a_complete_copy_is_as_delivered(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(out, tmp_path / "copy")
    count = len(Checksums.read(copy / "checksums.json").files)
    assert run_command(["verify", str(copy)]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"all {count} files of 'cut' are as delivered (")
    assert f"verify  {count}/{count}" in printed.err
    monkeypatch.chdir(copy)
    assert run_command(["verify", ".", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["files"], facts["problems"]) == (count, [])


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path, content: bytes) -> None:
    path.unlink()  # else its links change with it: the layers are links to one file
    path.write_bytes(content)


def truncate(path: Path) -> None:
    replace(path, path.read_bytes()[:100])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    replace(path, bytes(content))


def append(path: Path) -> None:
    replace(path, path.read_bytes() + b"x")


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (remove, "missing"),
        (truncate, "truncated: 100 of {size} bytes"),
        (flip_a_bit, "changed"),
        (append, "changed: {more} bytes instead of {size}"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(
    damage: Callable[[Path], None], found: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = Checksums.read(out / "checksums.json").files
    victim = next(file for file in listed if file.path.endswith("FACE_v001.1003.exr"))
    damage(out / victim.path)
    capsys.readouterr()
    assert run_command(["verify", str(out)]) == 3
    printed = capsys.readouterr()
    expected = found.format(size=victim.size, more=victim.size + 1)
    assert printed.out == f"{victim.path}: {expected}\n"
    assert f"not as delivered: 1 of {len(listed)} files: {victim.path} ({expected})" in printed.err


def test_a_folder_or_a_file_that_cannot_be_read_is_a_problem_like_any_other(out: Path) -> None:
    replace_by_folder(out / "delivery.lua")
    shutil.rmtree(out / "a" / "BODY")
    (out / "a" / "BODY").touch()  # a file where the folder was
    problems = verify(out).problems
    states = {problem.path: str(problem.state) for problem in problems}
    assert states.pop("delivery.lua") in {"unreadable", "changed", "truncated"}
    assert states
    assert set(states.values()) == {"missing"}


def test_a_conform_without_checksums_removes_those_of_the_earlier_delivery(
    out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conform(out)
    assert not list(out.glob("checksums.*"))
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        f"removed {out / 'checksums.json'}",
        f"removed {out / 'checksums.sha256'}",
    ]
    with pytest.raises(MissingDocument, match="toolkit conform OUT --checksums"):
        verify(out)


def test_each_cut_of_a_folder_has_its_own_checksums(out: Path) -> None:
    before = (out / "checksums.json").read_bytes()
    shutil.copy(out / "shots.json", out / "shots.trailer.json")
    conform(out, CHECKSUMS, cut_name="trailer")
    assert (out / "checksums.json").read_bytes() == before
    listed = {file.path for file in Checksums.read(out / "checksums.trailer.json").files}
    assert {path.name for path in out.glob("*.trailer*")} - listed == {
        *("shots.trailer.json", "checksums.trailer.json", "checksums.trailer.sha256")
    }
    assert not listed & {"return.otio", "return.xml", "delivery.json", "delivery.lua"}
    (out / "return.trailer.otio").write_text("{}")
    assert not verify(out).problems
    assert [problem.path for problem in verify(out, cut_name="trailer").problems] == ["return.trailer.otio"]
    assert run_command(["verify", str(out), "--cut", "trailer"]) == 3
    conform(out, cut_name="trailer")
    assert [path.name for path in sorted(out.glob("checksums.*"))] == ["checksums.json", "checksums.sha256"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "C:/x", "..\\x", ""])
def test_a_list_that_leads_out_of_its_folder_is_refused(path: str, tmp_path: Path) -> None:
    good = Checksums(toolkit="0", name="cut", files=(FileChecksum(path="x", size=0, sha256="0" * 64),))
    good.write(tmp_path / "checksums.json")
    text = (tmp_path / "checksums.json").read_text().replace('"path":"x"', f'"path":{json.dumps(path)}')
    (tmp_path / "checksums.json").write_text(text)
    with pytest.raises(DocumentError, match="inside the folder"):
        verify(tmp_path)


def test_a_run_writes_checksums_too(tmp_path: Path) -> None:
    plates = write_sequence(tmp_path / "plates", range(1001, 1004))
    out = tmp_path / "out"
    arguments = ["run", str(plates), "-o", str(out), "--set", "output.passes=BODY", "--checksums", "--rate", "24"]
    assert run_command(arguments) == 0
    assert not verify(out).problems


@pytest.mark.skipif(sys.platform == "win32", reason="the signal of Ctrl-C cannot be sent there")
def test_ctrl_c_ends_verify_at_once(tmp_path: Path) -> None:
    """Files that are not being read yet are not begun."""
    files = []
    for number in range(200):
        (tmp_path / str(number)).write_bytes(b"")
        files.append(FileChecksum(path=str(number), size=0, sha256=hashlib.sha256(b"").hexdigest()))
    Checksums(toolkit="0", name="cut", files=tuple(files)).write(tmp_path / "checksums.json")
    read: list[str] = []

    def stop(path: Path, *_: object) -> None:
        read.append(path.name)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toolkit.delivery.checksums._checksum", stop)
        assert run_command(["verify", str(tmp_path)]) == 130
    assert len(read) < 200
