"""schemas/ is generated from the documents; the two are held equal, and both refuse what does not hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from toolkit.documents import DOCUMENTS, Document, json_schema, schema_file_name

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_the_schema_file_is_what_the_document_says(document: type[Document]) -> None:
    """Regenerate with ``python -m toolkit.documents``, and read the difference before committing it."""
    written = json.loads((SCHEMAS / schema_file_name(document)).read_text(encoding="utf-8"))
    assert written == json_schema(document)
    jsonschema.Draft202012Validator.check_schema(written)


def test_there_is_no_schema_without_a_document() -> None:
    assert {path.name for path in SCHEMAS.glob("*.json")} == {schema_file_name(document) for document in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_every_field_says_what_it_is_or_is_a_word_of_the_field(document: type[Document]) -> None:
    """A schema is read by people writing host scripts: each of its objects carries the docstring of its value."""
    schema = json_schema(document)
    objects: dict[str, Any] = {document.__name__: schema, **schema.get("$defs", {})}
    assert [name for name, part in objects.items() if not part.get("description")] == []
