"""What each setting is, for ``toolkit engines --settings``: the text that stands below its field in ``values``."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from toolkit.settings import values
from toolkit.settings.loading import walk
from toolkit.settings.values import Settings


def settings_told() -> dict[str, str]:
    """Every key with what it is and its unit, on one line."""
    told, settings = dict(_texts()), Settings()
    return {
        key: next(
            told[kind.__name__, item.name]
            for kind in type(settings if section is None else getattr(settings, section)).__mro__
            if (kind.__name__, item.name) in told
        )
        for key, section, item in walk(settings)
    }


def _texts() -> Iterator[tuple[tuple[str, str], str]]:
    """Of each class of ``values`` and each field it writes, the string right below it without its markup."""
    classes = (node for node in ast.parse(inspect.getsource(values)).body if isinstance(node, ast.ClassDef))
    for found in classes:
        for field, below in pairwise(found.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    yield (found.name, name), " ".join(text.replace("``", "").split())
