"""The fake's media pool: where imports land, what is not imported, and what a clip can be told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.resolve import VERSIONS
from tests.hosts.resolve.opened import Opened

Open = Callable[..., Opened]


def names(folder: object) -> list[str]:
    return [clip.GetName() for clip in folder.GetClipList()]  # type: ignore[attr-defined]


# --- imports ------------------------------------------------------------------------------------------------------


def test_media_land_in_the_current_bin(opened: Open) -> None:
    there = opened()
    root = there.pool.GetRootFolder()
    shots = there.pool.AddSubFolder(root, "sh010")
    assert there.pool.GetCurrentFolder().GetName() == "Master"
    assert there.pool.SetCurrentFolder(shots) is True
    there.imported()
    assert names(shots) == ["plate.mov"] and "plate.mov" not in names(root)


def test_a_bin_that_stays_shut_lets_media_land_elsewhere(opened: Open) -> None:
    there = opened(bins_stay_shut=True)
    shots = there.pool.AddSubFolder(there.pool.GetRootFolder(), "sh010")
    assert there.pool.SetCurrentFolder(shots) is False
    there.imported()
    assert names(shots) == []


def test_a_bin_needs_a_name_that_is_free(opened: Open) -> None:
    there = opened()
    root = there.pool.GetRootFolder()
    assert there.pool.AddSubFolder(root, "sh010") is not None
    assert there.pool.AddSubFolder(root, "sh010") is None
    assert opened(refuses_bins=True).pool.AddSubFolder(root, "sh020") is None


def test_importing_what_the_pool_has_answers_nothing(opened: Open) -> None:
    there = opened()
    assert len(there.pool.ImportMedia([there.movie])) == 1
    assert there.pool.ImportMedia([there.movie]) == []
    again = opened(reimports=True)
    again.imported()
    assert len(again.pool.ImportMedia([again.movie])) == 1


@pytest.mark.parametrize(("imports", "answer"), [("None", None), ("[]", []), ("[None]", [None])])
def test_an_import_that_fails_answers_one_of_three_things(opened: Open, imports: str, answer: object) -> None:
    there = opened(imports=imports)
    assert there.pool.ImportMedia([there.movie]) == answer
    assert names(there.pool.GetRootFolder()) == ["scene_04", "user.mov"]


def test_a_sequence_is_one_clip_with_its_numbers_in_its_name(opened: Open) -> None:
    there = opened()
    clip = there.imported(there.sequence(1001, 1010))
    assert clip.GetName() == "face.[1001-1010].exr"
    said = {key: clip.GetClipProperty(key) for key in ("File Path", "Start", "End", "Frames", "FPS", "Type")}
    path = str(there.folder / "face.[1001-1010].exr")
    assert said == {"File Path": path, "Start": "1001", "End": "1010", "Frames": "10", "FPS": 24.0, "Type": "Video"}


def test_a_sequence_may_be_split(opened: Open) -> None:
    there = opened(imports="split")
    clips = there.pool.ImportMedia([there.sequence(1001, 1010)])
    assert [clip.GetName() for clip in clips] == ["face.[1001-1005].exr", "face.[1006-1010].exr"]


def test_a_sequence_with_a_hole_is_not_imported(opened: Open) -> None:
    there = opened()
    wanted = there.sequence(1001, 1010)
    (there.folder / "face.1005.exr").unlink()
    assert there.pool.ImportMedia([wanted]) == [] and there.fake.misuse == []


@pytest.mark.parametrize("wrong", [{"StartIndex": "1001"}, {"Startindex": 1001}, {"EndIndex": None}])
def test_a_dictionary_that_is_misspelt_is_recorded(opened: Open, wrong: dict[str, object]) -> None:
    there = opened()
    there.pool.ImportMedia([{**there.sequence(), **wrong}])
    assert "ImportMedia" in there.fake.misuse[0]


def test_from_21_1_a_dictionary_for_an_ordinary_file_spoils_the_call(opened: Open) -> None:
    one = {"FilePath": str(opened().movie), "StartIndex": 0, "EndIndex": 0}
    assert opened().pool.ImportMedia([one]) is None
    assert len(opened(version=VERSIONS["20.3"]).pool.ImportMedia([one])) == 1


def test_one_picture_is_a_still(opened: Open) -> None:
    there = opened()
    there.sequence(1001, 1001)
    clip = there.imported(str(there.folder / "face.1001.exr"))
    assert (clip.GetClipProperty("Type"), clip.GetClipProperty("Frames")) == ("Still", "1")


def test_the_storage_folds_sequences_and_imports_into_the_current_bin(opened: Open) -> None:
    there = opened()
    there.sequence(1001, 1003)
    storage = there.resolve.GetMediaStorage()
    assert storage.GetFileList(str(there.folder)) == [
        str(there.folder / "face.[1001-1003].exr"),
        str(there.folder / "plate.mov"),
    ]
    assert [clip.GetName() for clip in storage.AddItemListToMediaPool(there.movie)] == ["plate.mov"]


# --- clip properties ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["None", "Straight", "Premultiplied"])
def test_alpha_is_one_of_three_words(opened: Open, mode: str) -> None:
    clip = opened().imported()
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
def test_an_unknown_value_or_key_answers_false_and_changes_nothing(opened: Open, key: str, value: object) -> None:
    clip = opened().imported()
    before = clip.GetClipProperty()
    assert clip.SetClipProperty(key, value) is False
    assert clip.GetClipProperty() == before and clip.GetClipProperty("Alpha Mode") == ""


def test_alpha_may_be_refused_or_only_seem_to_be_set(opened: Open) -> None:
    refused, ignored = opened(refuses_alpha=True).imported(), opened(ignores_alpha=True).imported()
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
def test_only_a_managed_project_has_input_colour_spaces_spelt_exactly(
    opened: Open, science: str, value: str, taken: bool
) -> None:
    there = opened(colour_science=science)
    assert there.project.GetSetting("colorScienceMode") == science
    assert there.imported().SetClipProperty("Input Color Space", value) is taken
    assert (
        opened(colour_science=science, refuses_colour_space=True).imported().SetClipProperty("Input Color Space", value)
        is False
    )


def test_the_rate_of_a_sequence_is_the_projects_until_it_is_set(opened: Open) -> None:
    there = opened(project_rate="25")
    clip = there.imported(there.sequence())
    assert clip.GetClipProperty("FPS") == 25.0
    assert clip.SetClipProperty("FPS", "23.976") is True and clip.GetClipProperty("FPS") == 23.976
    locked = opened(sequence_rate_locked=True)
    assert locked.imported(locked.sequence()).SetClipProperty("FPS", "23.976") is False


def test_third_party_metadata_keeps_any_key(opened: Open) -> None:
    clip = opened().imported()
    assert clip.SetThirdPartyMetadata({"toolkit.key": "abc"}) is True
    assert clip.GetThirdPartyMetadata("toolkit.key") == "abc" and clip.GetThirdPartyMetadata("other") == ""
    assert clip.SetThirdPartyMetadata({"toolkit.key": 3}) is False


def test_clip_colours_and_flags_are_from_two_lists(opened: Open) -> None:
    clip = opened().imported()
    assert (clip.SetClipColor("Cyan"), clip.SetClipColor("Teal"), clip.GetClipColor()) == (False, True, "Teal")
    assert (clip.AddFlag("Teal"), clip.AddFlag("Cyan"), clip.GetFlagList()) == (False, True, ["Cyan"])


# --- deleting and moving ------------------------------------------------------------------------------------------


def test_timelines_are_items_of_the_pool(opened: Open) -> None:
    there = opened()
    stack = there.empty_timeline()
    item = there.pool.GetRootFolder().GetClipList()[-1]
    assert (item.GetName(), item.GetClipProperty("Type"), item.GetClipProperty("File Path")) == (
        "stack",
        "Timeline",
        "",
    )
    assert item.GetTimeline().GetUniqueId() == stack.GetUniqueId()
    assert stack.GetMediaPoolItem().GetUniqueId() == item.GetUniqueId()


def test_deleting_a_bin_takes_the_timelines_in_it_along(opened: Open) -> None:
    there = opened()
    root = there.pool.GetRootFolder()
    there.pool.SetCurrentFolder(there.pool.AddSubFolder(root, "ours"))
    stack = there.empty_timeline()
    assert there.pool.DeleteFolders(root.GetSubFolderList()) is True
    assert stack.GetName() is None and there.project.GetTimelineCount() == 1
    assert there.pool.GetCurrentFolder().GetName() == "Master" and there.project.GetCurrentTimeline() is None


def test_a_clip_whose_media_is_deleted_stays_and_has_none(opened: Open) -> None:
    there = opened()
    used = next(clip for clip in there.pool.GetRootFolder().GetClipList() if clip.GetName() == "user.mov")
    assert there.pool.DeleteClips([used]) is True
    item = there.users.GetItemListInTrack("video", 1)[0]
    assert item.GetDuration() == 100 and item.GetMediaPoolItem() is None


def test_clips_move_between_bins_and_relink_to_folders_that_have_their_files(opened: Open) -> None:
    there = opened()
    clip, shots = there.imported(), there.pool.AddSubFolder(there.pool.GetRootFolder(), "sh010")
    assert there.pool.MoveClips([clip], shots) is True and names(shots) == ["plate.mov"]
    moved = there.folder / "moved"
    moved.mkdir()
    assert there.pool.RelinkClips([clip], str(moved)) is False
    Path(moved / "plate.mov").touch()
    assert there.pool.RelinkClips([clip], str(moved)) is True
    assert clip.GetClipProperty("File Path") == str(moved / "plate.mov")


def test_what_is_selected_in_the_pool_is_answered(opened: Open) -> None:
    there = opened()
    there.pool.SetSelectedClip(there.imported())
    assert [clip.GetName() for clip in there.pool.GetSelectedClips()] == ["plate.mov"]
