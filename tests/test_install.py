"""The host scripts land where the hosts look, whole or not at all."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from toolkit.errors import OutputNotWritable
from toolkit.install import install_scripts

REPOSITORY = Path(__file__).resolve().parent.parent
RESOLVE_ENTRY = "Toolkit Import Delivery.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own on every system."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("APPDATA", str(tmp_path / "AppData" / "Roaming"))
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".local/share/DaVinciResolve/Fusion/Scripts/Utility"),
        ("darwin", "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts/Utility"),
        ("win32", "AppData/Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts/Utility"),
    ],
)
def test_resolve_scripts_go_to_the_users_utility_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, platform: str, folder: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert install_scripts("resolve") == [home / folder / RESOLVE_ENTRY]
    assert (home / folder / RESOLVE_ENTRY).read_bytes() == (REPOSITORY / "resolve_scripts" / RESOLVE_ENTRY).read_bytes()


def test_to_names_the_folder(tmp_path: Path) -> None:
    assert install_scripts("resolve", tmp_path / "deep" / "down") == [tmp_path / "deep" / "down" / RESOLVE_ENTRY]


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputNotWritable):
        install_scripts("resolve", tmp_path / "file")


def test_an_installed_package_carries_the_scripts() -> None:
    """The wheel must hold both folders under the names install.py looks for; the checkout has them beside it."""
    try:
        files = {str(file) for file in metadata.files("resolve-ae-toolkit") or ()}
    except metadata.PackageNotFoundError:
        pytest.skip("resolve-ae-toolkit is not installed: the scripts were found in the checkout")
    if "toolkit/__init__.py" not in files:
        pytest.skip("resolve-ae-toolkit is installed as a link to the checkout")
    assert f"toolkit/_resolve_scripts/{RESOLVE_ENTRY}" in files
    sources = {path.relative_to(REPOSITORY / "ae_scripts") for path in (REPOSITORY / "ae_scripts").rglob("*.jsx")}
    assert {f"toolkit/_ae_scripts/{source.as_posix()}" for source in sources} <= files
