"""``face.only``: which of the tracked faces FACE has."""

from __future__ import annotations

import pytest

from tests.passes._plate import COUNT, CUT_FOLDER
from tests.passes.planning.test_fades import SHOT, tracks
from toolkit.documents import PassName, PassPlan
from toolkit.errors import SettingsError
from toolkit.passes import plan_passes
from toolkit.settings import load_settings

THREE = tracks("F" * COUNT, "F" * COUNT, "F" * (COUNT - 2) + "..")


def plans(only: str, key: str = "face.only") -> dict[PassName, PassPlan]:
    settings = load_settings(overrides={key: only})
    return {one.pass_name: one for one in plan_passes(SHOT, THREE, settings, cut_folder=CUT_FOLDER)}


@pytest.mark.parametrize(
    ("only", "has", "unchosen"),
    [
        ("", [0, 1, 2], ()),
        ("0", [0], (1, 2)),
        ("0,2", [0, 2], (1,)),
        ("!0", [1, 2], (0,)),
        ("!0, !2", [1], (0, 2)),
        ("7", [], (0, 1, 2)),
        ("!7", [0, 1, 2], ()),
    ],
)
def test_face_has_the_faces_that_are_named(only: str, has: list[int], unchosen: tuple[int, ...]) -> None:
    face = plans(only)[PassName.FACE]
    assert [one.face for one in face.frames[0].faces] == has
    assert face.unchosen == unchosen


@pytest.mark.parametrize(
    ("only", "has"),
    [
        ("Anna", [1]),
        ("0, anna", [0, 1]),
        ("!ANNA", [0, 2]),
        ("!Anna,!Jean-Luc 2", [0]),
        ("Jean-Luc 2", [2]),
        ("Ben", []),
        ("!Ben", [0, 1, 2]),
    ],
)
def test_faces_can_be_called_by_the_names_that_they_were_given(only: str, has: list[int]) -> None:
    names = ("", "Anna", "Jean-Luc 2")
    named = [face.model_copy(update={"name": name}) for face, name in zip(THREE.faces, names, strict=True)]
    settings = load_settings(overrides={"face.only": only})
    tracks = THREE.model_copy(update={"faces": tuple(named)})
    face = plan_passes(SHOT, tracks, settings, cut_folder=CUT_FOLDER)[-1]
    assert [one.face for one in face.frames[0].faces] == has


def test_what_is_planned_for_a_face_does_not_depend_on_the_others() -> None:
    every, some = (plans(only)[PassName.FACE] for only in ("", "1"))
    for before, after in zip(every.frames, some.frames, strict=True):
        assert list(after.faces) == [one for one in before.faces if one.face == 1]


def test_body_and_its_digest_stay_the_same() -> None:
    before, after = plans("")[PassName.BODY], plans("!0")[PassName.BODY]
    assert before == after


def test_a_choice_that_leaves_nothing_out_changes_no_digest() -> None:
    before, after = plans("")[PassName.FACE], plans("0,1,2")[PassName.FACE]
    assert before.digest() == after.digest()


def test_each_shot_can_choose() -> None:
    face = plans("1", key='shots."sh01*".face.only')[PassName.FACE]
    assert face.unchosen == (0, 2)


@pytest.mark.parametrize("only", ["0,!1", "Anna,!1", "1-3", "-1", "!", "0,,1", "!!Anna", "2nd", f"A{'n' * 40}a"])
def test_anything_else_is_refused(only: str) -> None:
    with pytest.raises(
        SettingsError, match=r"face\.only: must be numbers or names of faces such as 0,2 or Anna, or !1"
    ):
        load_settings(overrides={"face.only": only})
