"""schemas/ is generated from the documents and up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from toolkit.documents import DOCUMENTS, Document, json_schema, schema_file_name

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_the_schema_file_matches_the_document(document: type[Document]) -> None:
    """Regenerate with ``python -m toolkit.documents``, and review the diff before committing."""
    written = json.loads((SCHEMAS / schema_file_name(document)).read_text(encoding="utf-8"))
    assert written == json_schema(document)
    jsonschema.Draft202012Validator.check_schema(written)


def test_every_schema_file_belongs_to_a_document() -> None:
    assert {path.name for path in SCHEMAS.glob("*.json")} == {schema_file_name(document) for document in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_every_object_in_a_schema_has_a_description(document: type[Document]) -> None:
    """People who write host scripts read the schemas: each object has the docstring of its class."""
    schema = json_schema(document)
    objects: dict[str, Any] = {document.__name__: schema, **schema.get("$defs", {})}
    assert [name for name, part in objects.items() if not part.get("description")] == []
