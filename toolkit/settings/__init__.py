"""Settings: every default in ``values``, checked by the classes themselves; presets and ``load_settings``."""

from __future__ import annotations

from toolkit.settings.describe import describe_settings, setting_keys, settings_toml, toml_text
from toolkit.settings.loading import load_settings, preset_names, preset_summary, preset_text
from toolkit.settings.looks import (
    EXPRESSION,
    FACE_NAME,
    SHOT,
    BodySettings,
    ControlSettings,
    FaceSettings,
    Look,
    LoraSettings,
    PromptSettings,
)
from toolkit.settings.shots import ShotValue
from toolkit.settings.text_files import decode_text
from toolkit.settings.trust import is_trusted
from toolkit.settings.values import (
    CutSettings,
    DeliverySettings,
    DiffusersSettings,
    MatteSettings,
    OutputSettings,
    PlateSettings,
    ReportSettings,
    ServerSettings,
    Settings,
    TrackSettings,
)
from toolkit.settings.varying import Variation

__all__ = [
    "EXPRESSION",
    "FACE_NAME",
    "SHOT",
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
    "PlateSettings",
    "PromptSettings",
    "ReportSettings",
    "ServerSettings",
    "Settings",
    "ShotValue",
    "TrackSettings",
    "Variation",
    "decode_text",
    "describe_settings",
    "is_trusted",
    "load_settings",
    "preset_names",
    "preset_summary",
    "preset_text",
    "setting_keys",
    "settings_toml",
    "toml_text",
]
