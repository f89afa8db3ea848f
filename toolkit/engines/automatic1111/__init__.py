"""The automatic1111 engine, and the parts it is made of."""

from toolkit.engines.automatic1111.engine import Automatic1111Engine

__all__ = ["Automatic1111Engine"]
