"""The ``comfyui`` engine."""

from toolkit.engines.comfyui.engine import ComfyuiEngine

__all__ = ["ComfyuiEngine"]
