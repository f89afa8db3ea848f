"""The ``automatic1111`` engine."""

from toolkit.engines.automatic1111.engine import Automatic1111Engine

__all__ = ["Automatic1111Engine"]
