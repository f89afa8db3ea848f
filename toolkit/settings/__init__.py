"""Settings: every default in ``values``, the presets as TOML files, and how the three sources lie over one another."""

from __future__ import annotations

from toolkit.settings.loading import (
    as_toml,
    assign,
    load_settings,
    preset_about,
    preset_names,
    preset_text,
    setting_keys,
    toml_text,
)
from toolkit.settings.told import settings_told
from toolkit.settings.values import (
    EXPRESSION,
    SHOT,
    USUAL_CONTROLS,
    BodySettings,
    ControlSettings,
    CutSettings,
    DeliverySettings,
    DiffusersSettings,
    FaceSettings,
    Look,
    LoraSettings,
    MatteSettings,
    OutputSettings,
    PromptSettings,
    ServerSettings,
    Settings,
    TrackSettings,
)

__all__ = [
    "EXPRESSION",
    "SHOT",
    "USUAL_CONTROLS",
    "BodySettings",
    "ControlSettings",
    "CutSettings",
    "DeliverySettings",
    "DiffusersSettings",
    "FaceSettings",
    "Look",
    "LoraSettings",
    "MatteSettings",
    "OutputSettings",
    "PromptSettings",
    "ServerSettings",
    "Settings",
    "TrackSettings",
    "as_toml",
    "assign",
    "load_settings",
    "preset_about",
    "preset_names",
    "preset_text",
    "setting_keys",
    "settings_told",
    "toml_text",
]
