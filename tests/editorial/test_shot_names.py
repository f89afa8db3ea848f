"""Shot names are unique, stable, and safe in paths on every system."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.editorial.shot_names import ShotNames, shot_stem

STEMS = {
    "plain": ("sh010", "sh010"),
    "movie": ("A001_C003.mov", "A001_C003"),
    "extension in capitals": ("A001.MXF", "A001"),
    "sequence as Resolve names it": ("output.[1001-1099].tif", "output"),
    "sequence with hashes": ("plate.####.exr", "plate"),
    "sequence with printf": ("plate_%04d.png", "plate"),
    "sequence by its first file": ("plate.1001.exr", "plate"),
    "a number that is part of the name": ("Panel 3.3.5.png", "Panel_3_3_5"),
    "a dot that does not start an extension": ("sh010.v2", "sh010_v2"),
    "a path": ("../../etc/passwd", "etc_passwd"),
    "accents": ("Café Zoë.mov", "Cafe_Zoe"),
    "letters without an accent": ("Straße Łódź Ærø Þór Ǿ.mov", "Strasse_Lodz_AEro_THor_O"),
    "decomposed accents": (unicodedata.normalize("NFD", "Ünïcödé"), "Unicode"),
    "a file before frame zero": ("plate.-012.exr", "plate"),
    "a sequence from before frame zero": ("plate.[-012-0099].exr", "plate"),
    "no ASCII letter": ("日本語", "shot"),
    "nothing": ("", "shot"),
    "only punctuation": ("-- __ ..", "shot"),
    "more than 48 characters": (
        "A001_C003_0417QX interview wide, camera B, graded v3.mov",
        "A001_C003_0417QX_interview_wide_camera_B_graded",
    ),
    "a Windows device name": ("con.mov", "shot_con"),
    "the folder of the report": ("Report.mov", "shot_Report"),
    "the folder of finished movies": ("finished", "shot_finished"),
    "a name that only begins like one": ("trials_010", "trials_010"),
    "one of our documents": ("delivery.json", "delivery_json"),
    "letters that are ASCII only without case": ("kap\N{LATIN SMALL LETTER DOTLESS I}_5\N{KELVIN SIGN}", "kapi_5K"),
    "underscores in a row": ("a__b_-c--d_", "a_b_-c--d"),
    "a device name without an extension": ("LPT1", "shot_LPT1"),
    "like a device name": ("con_1", "con_1"),
    "markup": ("<b>'; rm -rf /", "b_rm_-rf"),
}


@pytest.mark.parametrize(("clip_name", "stem"), STEMS.values(), ids=STEMS.keys())
def test_clip_names_become_safe_stems(clip_name: str, stem: str) -> None:
    assert shot_stem(clip_name) == stem


def test_names_are_unique_ignoring_case() -> None:
    names = ShotNames()
    given_names = [names.next_name(text) for text in ("a.mov", "a.mov", "A.mov", "b.mov", "A_2", "a.exr")]

    assert given_names == ["a", "a_2", "A_3", "b", "A_2_2", "a_4"]


@given(st.lists(st.text(max_size=120), max_size=30))
def test_any_text_gives_a_safe_and_unique_name(texts: list[str]) -> None:
    names = ShotNames()
    given_names = [names.next_name(text) for text in texts]

    assert len({name.casefold() for name in given_names}) == len(texts)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", name) for name in given_names)


def test_ten_thousand_clips_of_one_name_are_named_quickly() -> None:
    names = ShotNames()
    assert [names.next_name("a.mov") for _ in range(10_000)][-1] == "a_10000"
