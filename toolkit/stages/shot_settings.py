"""Write what was chosen for single shots into a ``toolkit.toml``, and leave everything else in it as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from toolkit.documents import Tuning, write_atomically
from toolkit.errors import SettingsError, Unreadable
from toolkit.settings import Settings, ShotValue, Variation, decode_text
from toolkit.stages.tuning import DEFAULT_VARIATIONS


def chosen_values(tuning: Tuning, settings: Settings, vary: Iterable[Variation]) -> list[ShotValue]:
    """What ``tuning`` chose, as settings of single shots; ``settings`` and ``vary`` are what it was made with."""
    by_key = {one.key: one for one in vary or DEFAULT_VARIATIONS}
    return [
        by_key[one.key].for_shot(one.shot, settings.for_shot(one.shot), one.value)
        for one in tuning.shots
        if one.value is not None
    ]


def write_shot_settings(path: Path, values: Iterable[ShotValue]) -> None:
    """Put ``values`` into the file at ``path``, which need not exist; comments and order stay.

    Raises Unreadable, SettingsError if it is no TOML, and OutputNotWritable.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = decode_text(path.read_bytes()) if path.exists() else ""
        document = tomlkit.parse(text)
    except OSError as error:
        raise Unreadable(path, error) from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise SettingsError.not_toml(path, ValueError(str(error))) from error
    shots: Any = document.setdefault("shots", tomlkit.table(is_super_table=True))
    for one in values:
        section, _, field = one.key.partition(".")
        shot: Any = shots.setdefault(one.pattern, tomlkit.table())
        shot.setdefault(section, tomlkit.table())[field] = _plain(one.value)
    with write_atomically(path) as temporary:
        temporary.write_text(tomlkit.dumps(document), encoding="utf-8")


def _plain(value: Any) -> Any:
    """Tables as TOML has them."""
    return [dict(table) for table in value] if isinstance(value, tuple) else value
