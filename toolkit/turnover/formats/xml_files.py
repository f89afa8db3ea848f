"""XML files from anywhere, parsed without entities and without opening other files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse, parse

from toolkit.errors import NoSuchFile, UnreadableCut

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_Result = TypeVar("_Result")


def root_tag(path: Path) -> str:
    """The tag of the root element, such as ``xmeml``; only the beginning is read. Raises like ``read_xml``."""

    def read() -> str:
        with path.open("rb") as file:
            for _, element in iterparse(file, events=("start",)):
                return str(element.tag)
        return ""

    return _explaining_errors(path, read)


def read_xml(path: Path) -> Element:
    """The root element of the file at ``path``. Raises NoSuchFile and UnreadableCut."""

    def read() -> Element:
        root: Element = parse(path).getroot()
        return root

    return _explaining_errors(path, read)


def _explaining_errors(path: Path, read: Callable[[], _Result]) -> _Result:
    try:
        if path.stat().st_size == 0:
            raise UnreadableCut(path, "the file is empty")
        return read()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except OSError as error:
        raise UnreadableCut(path, error.strerror or str(error)) from error
    except DefusedXmlException as error:
        raise UnreadableCut(path, "it declares XML entities, which no editor writes and which are not read") from error
    except (ParseError, ValueError, LookupError) as error:  # LookupError: an encoding that does not exist
        raise UnreadableCut(path, f"it is not XML, or the file is truncated ({error})") from error
