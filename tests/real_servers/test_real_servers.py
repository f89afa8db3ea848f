"""The parts of the check against real servers that need no server. The check itself is run by hand: DEVELOPMENT.md."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.real_servers.__main__ import main
from tests.real_servers._weights import _rename_control


def test_a_checkout_without_an_environment_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tests.real_servers", "comfyui", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"no environment in .*; name the server's Python with --python"):
        main()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("controlnet_down_blocks.11.weight", "zero_convs.11.0.weight"),
        ("controlnet_mid_block.bias", "middle_block_out.0.bias"),
        ("controlnet_cond_embedding.conv_in.weight", "input_hint_block.0.weight"),
        ("controlnet_cond_embedding.blocks.0.weight", "input_hint_block.2.weight"),
        ("controlnet_cond_embedding.blocks.5.bias", "input_hint_block.12.bias"),
        ("controlnet_cond_embedding.conv_out.weight", "input_hint_block.14.weight"),
        ("input_blocks.0.0.weight", "input_blocks.0.0.weight"),
    ],
)
def test_a_controlnet_has_the_names_of_the_original_release(ours: str, theirs: str) -> None:
    """``ControlNet.__init__`` of cldm/cldm.py: the layers of the hint take every second place of their sequence."""
    assert _rename_control(ours) == theirs
