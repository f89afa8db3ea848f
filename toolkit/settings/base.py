"""What makes a settings class: frozen, keyword-only, and checked however it is built (TOML, ``--set`` or Python)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Annotated, Any, NoReturn, TypeVar, dataclass_transform, get_args, get_origin

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from toolkit.errors import SettingsError

_CONFIG = ConfigDict(
    extra="forbid",
    use_attribute_docstrings=True,  # the string below a field is its help text
    coerce_numbers_to_str=True,  # TOML: model = 5
    allow_inf_nan=False,
)
_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}

_SHAPES = {"tuple_type": "a list of tables", "dataclass_type": "a table", "dict_type": "a table"}

Class = TypeVar("Class", bound=type[Any])


def number(least: float, most: float, *, default: float) -> Any:
    """A field with a number from ``least`` to ``most``, both included."""
    return Field(default=default, ge=least, le=most)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(number, Field))
def settings_class(cls: Class) -> Class:
    """Make ``cls`` a frozen, keyword-only dataclass whose constructor raises SettingsError for what does not fit."""
    made: Any = dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)(cls)
    construct = made.__init__

    def init(self: Any, **values: Any) -> None:
        try:
            construct(self, **values)
        except ValidationError as error:
            raise settings_error(error, made) from None

    made.__init__ = init
    result: Class = made
    return result


def _refuse_truth_value(value: Any) -> Any:
    """``strength = true`` is a mistake, though Python would count it as 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("number_type", "a truth value")
    return value


WholeNumber = Annotated[int, BeforeValidator(_refuse_truth_value)]
Number = Annotated[float, BeforeValidator(_refuse_truth_value)]


def refuse(field: str | tuple[str | int, ...], problem: str, value: Any = None) -> NoReturn:
    """Raise, inside a validator, that ``field`` (or the path to one further in) does not fit."""
    where = (field,) if isinstance(field, str) else field
    error = PydanticCustomError("setting", "{problem}", {"problem": problem})
    raise ValidationError.from_exception_data("settings", [InitErrorDetails(type=error, loc=where, input=value)])


def settings_error(
    error: ValidationError, cls: type[Any], *, sources: Mapping[str, str] | None = None
) -> SettingsError:
    """The first fault of ``error``, raised for ``cls``, as one line.

    ``sources`` say where each key (``face.strength``) was written; without them the class itself is named.
    """
    first = error.errors(include_url=False)[0]
    key = dotted_key(first["loc"])
    written = key if sources is None else ".".join(key.split("[")[0].split(".")[:2])
    source = cls.__name__ if sources is None else sources[written]
    if first["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        prefix = key.rpartition(".")[0]
        known = [f"{prefix}.{name}" if prefix else name for name in _names_beside(first["loc"], cls)]
        return SettingsError.unknown(key, known, source=source)
    return SettingsError(key, _problem(first, _field_at(first["loc"], cls)), source=source)


def dotted_key(location: Iterable[str | int]) -> str:
    """``("face", "controls", 0, "weight")`` as ``face.controls[0].weight``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def limits_of(info: Any) -> str:
    """What a field may be, in words: ``0 to 1``, ``one of frame, shot``; empty when any value of its kind will do."""
    choices = choices_of(info)
    if choices:
        return "one of " + ", ".join(choices)
    least = next((item.ge for item in info.metadata if hasattr(item, "ge")), None)
    most = next((item.le for item in info.metadata if hasattr(item, "le")), None)
    return "" if least is None or most is None else f"{least:.10g} to {most:.10g}"


def choices_of(info: Any) -> tuple[str, ...]:
    """The names a field takes; empty when it is not a choice."""
    arguments = get_args(info.annotation)
    return arguments if arguments and all(isinstance(one, str) for one in arguments) else ()


def table_class(info: Any) -> type[Any] | None:
    """The class of the tables that a field lists; None for any other field."""
    return get_args(info.annotation)[0] if get_origin(info.annotation) is tuple else None


def _problem(details: ErrorDetails, info: Any) -> str:
    """What is wrong with the input, in words; ``info`` is the field's FieldInfo, None for an unknown place."""
    value, kind = details["input"], details["type"]
    is_number = info is not None and info.annotation is float
    if kind in {"greater_than_equal", "less_than_equal"} or (kind == "finite_number" and is_number):
        return f"{value} is out of range: {limits_of(info)}"
    if kind == "literal_error":
        return f"{value!r} is not {limits_of(info)}"
    if info is not None and info.annotation in _KINDS and kind != "setting":
        return f"{value!r} is not {_KINDS[info.annotation]}"
    if kind in _SHAPES:
        return f"write it as {_SHAPES[kind]}, not {value!r}"
    return details["msg"]


def _walk(location: Iterable[str | int], cls: type[Any]) -> tuple[type[Any] | None, Any]:
    """The class that holds the last name of ``location``, and that field's FieldInfo."""
    holder: type[Any] | None = cls
    info: Any = None
    for part in location:
        if isinstance(part, int):
            holder = table_class(info) if info is not None else None
            continue
        if info is not None and hasattr(info.annotation, "__pydantic_fields__"):
            holder = info.annotation
        info = getattr(holder, "__pydantic_fields__", {}).get(part)
    return holder, info


def _field_at(location: Iterable[str | int], cls: type[Any]) -> Any:
    return _walk(location, cls)[1]


def _names_beside(location: Iterable[str | int], cls: type[Any]) -> list[str]:
    holder = _walk(location, cls)[0]
    return [item.name for item in fields(holder)] if holder is not None else []
