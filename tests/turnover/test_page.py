"""The example in docs/turnovers.md can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema

from tests.turnover._cuts import write_sequence
from toolkit.turnover import read_cut

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "turnovers.md").read_text(encoding="utf-8")


def test_the_example_in_the_docs_is_read_as_described(tmp_path: Path) -> None:
    block = re.search(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    assert block is not None
    schema = json.loads((REPOSITORY / "schemas" / "turnover.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(block[1]), schema)
    (tmp_path / "turnover.json").write_text(block[1], encoding="utf-8")
    for name in ("sh010", "sh020"):
        write_sequence(tmp_path / "plates", range(1001, 1049), prefix=f"{name}.")

    cut = read_cut(tmp_path / "turnover.json", handles=8)
    assert (cut.name, cut.record_count, cut.skipped, cut.notes) == ("reel 1", 72, (), ())
    assert [(s.name, str(s.source_range), str(s.source_work_range), str(s.record_range)) for s in cut.shots] == [
        ("sh010", "1009-1032", "1001-1040", "0-23"),
        ("sh020", "1009-1032", "1005-1036", "24-71"),
    ]
