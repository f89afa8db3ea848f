"""A ``toolkit.toml`` beside a cut, which may have come with it: what it may not decide, and who gets credentials."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.engines.fake_automatic1111 import FakeAutomatic1111
from toolkit.cli import run_command
from toolkit.engines.addresses import AUTH_VARIABLE, HOST_VARIABLE
from toolkit.faces import FaceModels

LOGIN = "Basic " + base64.b64encode(b"ada:s3cret").decode()
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def cut(tmp_path: Path, face_models: FaceModels, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plates of somebody else, in a folder that a ``toolkit.toml`` may lie in."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TOOLKIT_MODELS", str(face_models.finder.parent))
    monkeypatch.setenv(AUTH_VARIABLE, "ada:s3cret")
    monkeypatch.delenv(HOST_VARIABLE, raising=False)
    folder = tmp_path / "download"
    folder.mkdir()
    for frame in (1001, 1002):
        picture = np.tile(np.arange(128, dtype=np.uint8)[None, :, None], (72, 1, 3)) + np.uint8(frame % 7)
        assert cv2.imwrite(str(folder / f"plate.{frame}.png"), picture)
    return folder / "plate.####.png"


@pytest.fixture
def server() -> Iterator[FakeAutomatic1111]:
    with FakeAutomatic1111() as fake:
        yield fake


def write(cut: Path, text: str) -> Path:
    path = cut.parent / "toolkit.toml"
    path.write_text(text)
    return path


def name_server(cut: Path, server: FakeAutomatic1111) -> Path:
    return write(cut, f'engine = "automatic1111"\n[server]\nurl = "{server.address}"\n[output]\npasses = "BODY"\n')


@pytest.fixture
def run(cut: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the cut; returns the exit code and stderr."""

    def run(*arguments: str, out: str = "out") -> tuple[int, str]:
        code = run_command(["run", str(cut), "-o", str(cut.parent.parent / out), *arguments])
        return code, capsys.readouterr().err

    return run


def logins(server: FakeAutomatic1111) -> set[str]:
    return {request.authorization for request in server.requests}


def test_a_server_that_only_a_file_beside_the_cut_names_is_refused(
    cut: Path, server: FakeAutomatic1111, run: Run
) -> None:
    toml = name_server(cut, server)
    code, said = run()
    assert code == 2
    assert said.splitlines()[-1] == (
        f'toolkit: {toml} beside the cut asks for engine = "automatic1111", server.url = "{server.address}"; if you '
        "trust that file, add --trust, or write its folder into ~/.toolkit/trusted_folders.txt"
    )
    assert not server.requests
    assert not (cut.parent.parent / "out").exists()
    assert run("--dry-run")[0] == 2
    assert not server.requests


def test_with_trust_it_is_used_but_gets_no_credentials(cut: Path, server: FakeAutomatic1111, run: Run) -> None:
    name_server(cut, server)
    code, said = run("--trust")
    assert code == 0
    host = server.address.removeprefix("http://")
    assert f"automatic1111 paints at {server.address}\n" in said
    assert f"is not sent to {server.address}: only a file beside the cut names that server" in said
    assert f"set {HOST_VARIABLE}={host}" in said
    assert server.img2img_bodies
    assert logins(server) == {""}


@pytest.mark.parametrize("with_port", [True, False])
def test_credentials_that_name_the_host_are_sent_to_it(
    cut: Path, server: FakeAutomatic1111, run: Run, monkeypatch: pytest.MonkeyPatch, with_port: bool
) -> None:
    name_server(cut, server)
    host = server.address.removeprefix("http://")
    monkeypatch.setenv(HOST_VARIABLE, f"render01, {host if with_port else host.partition(':')[0]}")
    assert run("--trust")[0] == 0
    assert logins(server) == {LOGIN}


def test_a_server_on_the_command_line_gets_the_credentials_and_needs_no_trust(
    cut: Path, server: FakeAutomatic1111, run: Run
) -> None:
    write(cut, '[server]\nurl = "http://192.0.2.1:7860"\n[output]\npasses = "BODY"\n')
    code, said = run("--engine", "automatic1111", "--engine-url", server.address)
    assert code == 0, said
    assert logins(server) == {LOGIN}


def test_credentials_for_another_host_are_not_sent(
    cut: Path, server: FakeAutomatic1111, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOST_VARIABLE, "render01")
    code, said = run("--engine", "automatic1111", "--engine-url", server.address, "--set", "output.passes=BODY")
    assert code == 0
    assert f"{HOST_VARIABLE} does not name it" in said
    assert logins(server) == {""}


@pytest.mark.parametrize("line", ["{download}", "{download}/..", "# a comment\n\n~/../download"])
def test_a_folder_in_the_users_own_list_is_trusted(
    cut: Path, server: FakeAutomatic1111, run: Run, tmp_path: Path, line: str
) -> None:
    name_server(cut, server)
    listed = tmp_path / "home/.toolkit/trusted_folders.txt"
    listed.parent.mkdir(parents=True)
    listed.write_text(f"{tmp_path / 'other'}\n")
    assert run()[0] == 2
    listed.write_text(line.format(download=cut.parent) + "\n")
    assert run()[0] == 0
    assert logins(server) == {""}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_list_may_be_written_as_windows_writes_it(
    encoding: str, cut: Path, server: FakeAutomatic1111, run: Run, tmp_path: Path
) -> None:
    name_server(cut, server)
    listed = tmp_path / "home/.toolkit/trusted_folders.txt"
    listed.parent.mkdir(parents=True)
    listed.write_text(f"{cut.parent}\n", encoding=encoding)
    assert run()[0] == 0


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('engine = "comfyui"', 'engine = "comfyui"'),
        ('[server]\nworkflow = "own.json"', 'server.workflow = "own.json"'),
        (
            '[[face.controls]]\nkind = "depth"\nsource = "/home/ada/d.####.png"',
            'face.controls[0].source = "/home/ada/d.####.png"',
        ),
        (
            '[[body.controls]]\n[[body.controls]]\nkind = "image"\nmodel = "m"\nsource = "../x.####.png"',
            'body.controls[1].source = "../x.####.png"',
        ),
        ('[face]\nmodel = "~/models/x.safetensors"', 'face.model = "~/models/x.safetensors"'),
        ('[[body.loras]]\nmodel = "C:/loras/x.safetensors"', 'body.loras[0].model = "C:/loras/x.safetensors"'),
        ('[cut]\nmedia = "rushes, /srv"', 'cut.media = "rushes, /srv"'),
        ('[diffusers]\nmodels = "/srv/models"', 'diffusers.models = "/srv/models"'),
    ],
)
def test_what_needs_trust(cut: Path, run: Run, text: str, asked: str) -> None:
    write(cut, text + "\n")
    code, said = run()
    assert (code, f"beside the cut asks for {asked}; if you" in said) == (2, True), said


def test_a_guide_that_a_link_leads_to_needs_trust(cut: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (cut.parent / "mine").symlink_to(tmp_path / "private", target_is_directory=True)
    write(cut, '[[face.controls]]\nkind = "depth"\nsource = "mine/d.####.png"\n')
    assert run()[0] == 2


def test_looks_and_guides_in_the_folder_need_no_trust(cut: Path, run: Run) -> None:
    write(
        cut,
        'engine = "builtin"\n[face]\nprompt = "a woman"\nmodel = "checkpoints/some_v2"\n'
        '[[face.controls]]\nkind = "depth"\nsource = "guides/../d.####.png"\n[server]\nurl = ""\ntimeout = 9.0\n',
    )
    code, said = run()
    assert code == 0, said
    assert "builtin paints on this machine\n" in said


def test_what_the_users_own_preset_names_as_well_needs_no_trust(cut: Path, server: FakeAutomatic1111, run: Run) -> None:
    write(cut, 'engine = "automatic1111"\n')
    assert run("--preset", "dva-2023", "--engine-url", server.address)[0] == 0
    assert logins(server) == {LOGIN}


def test_the_single_stages_ask_too_and_those_that_paint_nothing_do_not(
    cut: Path, server: FakeAutomatic1111, capsys: pytest.CaptureFixture[str]
) -> None:
    name_server(cut, server)
    out = str(cut.parent.parent / "out")
    assert run_command(["shots", str(cut)]) == 0
    assert run_command(["track", str(cut), "-o", out]) == 0
    assert run_command(["plan", out]) == 2
    assert run_command(["plan", out, "--trust"]) == 0
    assert run_command(["render", out]) == 2
    assert not server.requests
    capsys.readouterr()
    assert run_command(["render", out, "--trust"]) == 0
    assert f"automatic1111 paints at {server.address}\n" in capsys.readouterr().err
    assert run_command(["conform", out]) == 0
