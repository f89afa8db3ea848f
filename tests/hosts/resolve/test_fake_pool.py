"""The fake's media pool: imports, clip properties, deleting and moving."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.resolve import VERSIONS
from tests.hosts.resolve.open_project import OpenProject

ProjectFactory = Callable[..., OpenProject]


def clip_names(folder: object) -> list[str]:
    return [clip.GetName() for clip in folder.GetClipList()]  # type: ignore[attr-defined]


# --- imports ------------------------------------------------------------------------------------------------------


def test_media_is_imported_into_the_current_bin(open_project: ProjectFactory) -> None:
    opened = open_project()
    root = opened.pool.GetRootFolder()
    shots = opened.pool.AddSubFolder(root, "sh010")
    assert opened.pool.GetCurrentFolder().GetName() == "Master"
    assert opened.pool.SetCurrentFolder(shots) is True
    opened.import_media()
    assert clip_names(shots) == ["plate.mov"] and "plate.mov" not in clip_names(root)


def test_if_a_bin_cannot_be_opened_media_goes_to_another(open_project: ProjectFactory) -> None:
    opened = open_project(refuses_current_bin=True)
    shots = opened.pool.AddSubFolder(opened.pool.GetRootFolder(), "sh010")
    assert opened.pool.SetCurrentFolder(shots) is False
    opened.import_media()
    assert clip_names(shots) == []


def test_a_bin_needs_an_unused_name(open_project: ProjectFactory) -> None:
    opened = open_project()
    root = opened.pool.GetRootFolder()
    assert opened.pool.AddSubFolder(root, "sh010") is not None
    assert opened.pool.AddSubFolder(root, "sh010") is None
    assert open_project(refuses_bins=True).pool.AddSubFolder(root, "sh020") is None


def test_importing_existing_media_returns_an_empty_list(open_project: ProjectFactory) -> None:
    opened = open_project()
    assert len(opened.pool.ImportMedia([opened.movie])) == 1
    assert opened.pool.ImportMedia([opened.movie]) == []
    again = open_project(reimports=True)
    again.import_media()
    assert len(again.pool.ImportMedia([again.movie])) == 1


@pytest.mark.parametrize(("imports", "answer"), [("None", None), ("[]", []), ("[None]", [None])])
def test_a_failed_import_returns_one_of_three_values(
    open_project: ProjectFactory, imports: str, answer: object
) -> None:
    opened = open_project(imports=imports)
    assert opened.pool.ImportMedia([opened.movie]) == answer
    assert clip_names(opened.pool.GetRootFolder()) == ["scene_04", "user.mov"]


def test_a_sequence_is_one_clip_with_its_frame_range_in_its_name(open_project: ProjectFactory) -> None:
    opened = open_project()
    clip = opened.import_media(opened.create_sequence(1001, 1010))
    assert clip.GetName() == "face.[1001-1010].exr"
    found = {key: clip.GetClipProperty(key) for key in ("File Path", "Start", "End", "Frames", "FPS", "Type")}
    path = str(opened.folder / "face.[1001-1010].exr")
    assert found == {"File Path": path, "Start": "1001", "End": "1010", "Frames": "10", "FPS": 24.0, "Type": "Video"}


def test_a_sequence_may_be_split_into_two_clips(open_project: ProjectFactory) -> None:
    opened = open_project(imports="split")
    clips = opened.pool.ImportMedia([opened.create_sequence(1001, 1010)])
    assert [clip.GetName() for clip in clips] == ["face.[1001-1005].exr", "face.[1006-1010].exr"]


def test_a_sequence_with_a_missing_frame_is_not_imported(open_project: ProjectFactory) -> None:
    opened = open_project()
    sequence = opened.create_sequence(1001, 1010)
    (opened.folder / "face.1005.exr").unlink()
    assert opened.pool.ImportMedia([sequence]) == [] and opened.fake.misuse == []


@pytest.mark.parametrize("wrong", [{"StartIndex": "1001"}, {"Startindex": 1001}, {"EndIndex": None}])
def test_a_misspelt_dictionary_is_recorded(open_project: ProjectFactory, wrong: dict[str, object]) -> None:
    opened = open_project()
    opened.pool.ImportMedia([{**opened.create_sequence(), **wrong}])
    assert "ImportMedia" in opened.fake.misuse[0]


def test_from_21_1_a_dictionary_for_an_ordinary_file_fails_the_whole_call(open_project: ProjectFactory) -> None:
    one = {"FilePath": str(open_project().movie), "StartIndex": 0, "EndIndex": 0}
    assert open_project().pool.ImportMedia([one]) is None
    assert len(open_project(version=VERSIONS["20.3"]).pool.ImportMedia([one])) == 1


def test_a_single_image_is_a_still(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.create_sequence(1001, 1001)
    clip = opened.import_media(str(opened.folder / "face.1001.exr"))
    assert (clip.GetClipProperty("Type"), clip.GetClipProperty("Frames")) == ("Still", "1")


def test_the_media_storage_lists_sequences_as_one_entry_and_imports_media(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.create_sequence(1001, 1003)
    storage = opened.resolve.GetMediaStorage()
    assert storage.GetFileList(str(opened.folder)) == [
        str(opened.folder / "face.[1001-1003].exr"),
        str(opened.folder / "plate.mov"),
    ]
    assert [clip.GetName() for clip in storage.AddItemListToMediaPool(opened.movie)] == ["plate.mov"]


# --- clip properties ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["None", "Straight", "Premultiplied"])
def test_the_alpha_mode_has_three_values(open_project: ProjectFactory, mode: str) -> None:
    clip = open_project().import_media()
    assert clip.SetClipProperty("Alpha mode", mode) is True
    assert clip.GetClipProperty("Alpha mode") == mode


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Alpha mode", "premultiplied"),
        ("Alpha Mode", "Straight"),
        ("Frames", "12"),
        ("FPS", "fast"),
        ("Super Scale", 9),
    ],
)
def test_an_unknown_value_or_key_returns_false_and_changes_nothing(
    open_project: ProjectFactory, key: str, value: object
) -> None:
    clip = open_project().import_media()
    before = clip.GetClipProperty()
    assert clip.SetClipProperty(key, value) is False
    assert clip.GetClipProperty() == before and clip.GetClipProperty("Alpha Mode") == ""


def test_setting_the_alpha_mode_may_fail_or_have_no_effect(open_project: ProjectFactory) -> None:
    refused, ignored = open_project(refuses_alpha=True).import_media(), open_project(ignores_alpha=True).import_media()
    assert refused.SetClipProperty("Alpha mode", "Straight") is False
    assert ignored.SetClipProperty("Alpha mode", "Straight") is True
    assert refused.GetClipProperty("Alpha mode") == ignored.GetClipProperty("Alpha mode") == "None"


@pytest.mark.parametrize(
    ("science", "value", "taken"),
    [
        ("davinciYRGB", "Linear", False),
        ("davinciYRGBColorManaged", "Linear", True),
        ("davinciYRGBColorManagedv2", "Linear", True),
        ("davinciYRGBColorManagedv2", "linear", False),
        ("acescct", "Linear", False),
        ("acescc", "ACEScg", False),
    ],
)
def test_input_colour_spaces_need_a_managed_project_and_an_exact_name(
    open_project: ProjectFactory, science: str, value: str, taken: bool
) -> None:
    opened = open_project(colour_science=science)
    assert opened.project.GetSetting("colorScienceMode") == science
    assert opened.import_media().SetClipProperty("Input Color Space", value) is taken
    assert (
        open_project(colour_science=science, refuses_colour_space=True)
        .import_media()
        .SetClipProperty("Input Color Space", value)
        is False
    )


def test_a_sequence_has_the_projects_rate_until_it_is_set(open_project: ProjectFactory) -> None:
    opened = open_project(project_rate="25")
    clip = opened.import_media(opened.create_sequence())
    assert clip.GetClipProperty("FPS") == 25.0
    assert clip.SetClipProperty("FPS", "23.976") is True and clip.GetClipProperty("FPS") == 23.976
    locked = open_project(locks_sequence_rate=True)
    assert locked.import_media(locked.create_sequence()).SetClipProperty("FPS", "23.976") is False


def test_third_party_metadata_accepts_any_key(open_project: ProjectFactory) -> None:
    clip = open_project().import_media()
    assert clip.SetThirdPartyMetadata({"toolkit.key": "abc"}) is True
    assert clip.GetThirdPartyMetadata("toolkit.key") == "abc" and clip.GetThirdPartyMetadata("other") == ""
    assert clip.SetThirdPartyMetadata({"toolkit.key": 3}) is False


def test_clip_colours_and_flags_have_different_names(open_project: ProjectFactory) -> None:
    clip = open_project().import_media()
    assert (clip.SetClipColor("Cyan"), clip.SetClipColor("Teal"), clip.GetClipColor()) == (False, True, "Teal")
    assert (clip.AddFlag("Teal"), clip.AddFlag("Cyan"), clip.GetFlagList()) == (False, True, ["Cyan"])


# --- deleting and moving ------------------------------------------------------------------------------------------


def test_timelines_are_items_of_the_media_pool(open_project: ProjectFactory) -> None:
    opened = open_project()
    stack = opened.create_timeline()
    item = opened.pool.GetRootFolder().GetClipList()[-1]
    assert (item.GetName(), item.GetClipProperty("Type"), item.GetClipProperty("File Path")) == (
        "stack",
        "Timeline",
        "",
    )
    assert item.GetTimeline().GetUniqueId() == stack.GetUniqueId()
    assert stack.GetMediaPoolItem().GetUniqueId() == item.GetUniqueId()


def test_deleting_a_bin_deletes_the_timelines_in_it(open_project: ProjectFactory) -> None:
    opened = open_project()
    root = opened.pool.GetRootFolder()
    opened.pool.SetCurrentFolder(opened.pool.AddSubFolder(root, "ours"))
    stack = opened.create_timeline()
    assert opened.pool.DeleteFolders(root.GetSubFolderList()) is True
    assert stack.GetName() is None and opened.project.GetTimelineCount() == 1
    assert opened.pool.GetCurrentFolder().GetName() == "Master" and opened.project.GetCurrentTimeline() is None


def test_a_clip_remains_without_media_when_its_media_is_deleted(open_project: ProjectFactory) -> None:
    opened = open_project()
    used = next(clip for clip in opened.pool.GetRootFolder().GetClipList() if clip.GetName() == "user.mov")
    assert opened.pool.DeleteClips([used]) is True
    item = opened.users.GetItemListInTrack("video", 1)[0]
    assert item.GetDuration() == 100 and item.GetMediaPoolItem() is None


def test_clips_can_be_moved_between_bins_and_relinked(open_project: ProjectFactory) -> None:
    opened = open_project()
    clip, shots = opened.import_media(), opened.pool.AddSubFolder(opened.pool.GetRootFolder(), "sh010")
    assert opened.pool.MoveClips([clip], shots) is True and clip_names(shots) == ["plate.mov"]
    moved = opened.folder / "moved"
    moved.mkdir()
    assert opened.pool.RelinkClips([clip], str(moved)) is False
    Path(moved / "plate.mov").touch()
    assert opened.pool.RelinkClips([clip], str(moved)) is True
    assert clip.GetClipProperty("File Path") == str(moved / "plate.mov")


def test_the_media_pool_selection_is_returned(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.pool.SetSelectedClip(opened.import_media())
    assert [clip.GetName() for clip in opened.pool.GetSelectedClips()] == ["plate.mov"]
