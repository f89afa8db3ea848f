"""Shot names are safe as a part of every path on every system, unique, and stable."""

from __future__ import annotations

import re

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
    "a number that is a part of the name": ("Panel 3.3.5.png", "Panel_3_3_5"),
    "a dot that is no extension": ("sh010.v2", "sh010_v2"),
    "a path": ("../../etc/passwd", "etc_passwd"),
    "accents": ("Café Zoë.mov", "Cafe_Zoe"),
    "no letter of ours": ("日本語", "shot"),
    "nothing": ("", "shot"),
    "only signs": ("-- __ ..", "shot"),
    "a device of Windows": ("con.mov", "shot_con"),
    "a document of ours": ("delivery.json", "delivery_json"),
    "markup": ("<b>'; rm -rf /", "b_rm_-rf"),
}


@pytest.mark.parametrize(("clip_name", "stem"), STEMS.values(), ids=STEMS.keys())
def test_the_safe_part_of_a_clip_name(clip_name: str, stem: str) -> None:
    assert shot_stem(clip_name) == stem


def test_a_name_is_given_once_and_case_does_not_tell_names_apart() -> None:
    names = ShotNames()
    given_names = [names.next_name(text) for text in ("a.mov", "a.mov", "A.mov", "b.mov", "A_2", "a.exr")]

    assert given_names == ["a", "a_2", "A_3", "b", "A_2_2", "a_4"]


@given(st.lists(st.text(max_size=120), max_size=30))
def test_any_text_gives_a_name_that_is_safe_and_its_own(texts: list[str]) -> None:
    names = ShotNames()
    given_names = [names.next_name(text) for text in texts]

    assert len({name.casefold() for name in given_names}) == len(texts)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", name) for name in given_names)


def test_ten_thousand_clips_of_one_name_take_no_time_for_each_other() -> None:
    names = ShotNames()
    assert [names.next_name("a.mov") for _ in range(10_000)][-1] == "a_10000"
