"""The comfyui engine, and the parts it is made of."""

from toolkit.engines.comfyui.engine import ComfyuiEngine

__all__ = ["ComfyuiEngine"]
