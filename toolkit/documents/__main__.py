"""``python -m toolkit.documents [FOLDER]``: write the schema files (default: ./schemas)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from toolkit.documents import DOCUMENTS, json_schema, schema_file_name

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "schemas")
for document in DOCUMENTS:
    text = json.dumps(json_schema(document), indent=2, ensure_ascii=False) + "\n"
    (folder / schema_file_name(document)).write_text(text, encoding="utf-8")
