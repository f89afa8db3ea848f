"""The handles a script gets, which are new on every call, and the checks of every call through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeVar

from tests.hosts.resolve.argument_kinds import find_argument_error

if TYPE_CHECKING:
    from tests.hosts.resolve.world import World

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The declaration of one API method."""

    kinds: tuple[str, ...]
    since: str
    writes: bool
    studio: bool
    failure_value: Any
    """The result on failure: False if the method returns a bool, otherwise None."""


def api_method(
    *kinds: str, since: str = "16.2", writes: bool = False, studio: bool = False
) -> Callable[[Method], Method]:
    """Declare an API method: the kinds of its arguments, its first version, and whether it changes anything."""

    def declare(method: Method) -> Method:
        failure = False if method.__annotations__.get("return") == "bool" else None
        declared = Declaration(kinds=kinds, since=since, writes=writes, studio=studio, failure_value=failure)
        method.declaration = declared  # type: ignore[attr-defined]
        return method

    return declare


@cache
def declarations(kind: type) -> dict[str, Declaration]:
    """Return the declarations of a class's API methods, by name."""
    found = {name: getattr(getattr(kind, name), "declaration", None) for name in dir(kind)}
    return {name: declaration for name, declaration in found.items() if declaration is not None}


class ApiObject:
    """An object of the fake that handles refer to."""

    handle_scope = "application"
    """Lifetime of its handles: ``application``, ``project`` or ``timeline`` (until another becomes current)."""
    attributes: tuple[str, ...] = ()
    """Its attributes that are not methods."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.uid = world.new_uid()
        self.dead = False


class Handle:
    """A script's reference to an object. Two handles of one object are not equal, and every name is an attribute."""

    __slots__ = ("_generation", "_target", "_world")

    def __init__(self, target: ApiObject, world: World) -> None:
        self._target, self._world = target, world
        self._generation = world.handle_generation(target.handle_scope)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return get_attribute(self, name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Handle) and other is not self:
            self._world.misuse.append(f"{self!r} == {other!r}: handles are new on every call, compare their ids")
        return other is self

    def __hash__(self) -> int:
        return id(self)

    def __dir__(self) -> list[str]:
        kind: type = type(self._target)
        known = declarations(kind).items()
        return sorted(name for name, declaration in known if self._world.behaviour.has(declaration.since))

    def __repr__(self) -> str:
        return f"<{type(self._target).__name__} (0x{id(self):x})>"

    def target(self) -> ApiObject:
        """Return the object it refers to; for the fake only."""
        return self._target

    def is_stale(self) -> bool:
        """Return whether the object was deleted or the handle has expired."""
        return self._target.dead or self._generation != self._world.handle_generation(self._target.handle_scope)


def get_attribute(handle: Handle, name: str) -> Any:
    """Return the attribute of a handle, for any name."""
    target, world = handle.target(), handle._world
    if name in target.attributes:
        return None if world.is_blocked() else wrap(getattr(target, name), world)
    if name.isupper():
        return world.constant(type(target).__name__, name)
    kind: type = type(target)
    declaration = declarations(kind).get(name)
    if declaration is None or not world.behaviour.has(declaration.since):
        return _missing_method(handle, name, declaration)

    def method(itself: Handle, *arguments: Any, **named: Any) -> Any:
        return _call(itself, name, declaration, arguments, named)

    return MethodType(method, handle)  # a bound method, so that Lua's ``resolve:GetVersion()`` reaches it as well


def _missing_method(handle: Handle, name: str, declaration: Declaration | None) -> Any:
    """Return a stand-in for a missing method. Not misuse where an existing method would also return None."""
    world, called = handle._world, f"{type(handle.target()).__name__}.{name}"
    if world.behaviour.unknown_attributes == "none":
        return None

    def answer_none(itself: Handle, *arguments: Any, **named: Any) -> None:
        if not world.is_blocked() and not itself.is_stale() and called not in world.probes:
            version = world.behaviour.version
            why = f"is new in {declaration.since}, this is {version}" if declaration else "is not in the fake's API"
            world.misuse.append(f"{called} {why}")

    return MethodType(answer_none, handle)


def _call(
    handle: Handle, name: str, declaration: Declaration, arguments: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """Run a call, or fail silently as Resolve does."""
    target, world = handle.target(), handle._world
    called = f"{type(target).__name__}.{name}"
    is_unanswered = len(world.called) in world.behaviour.unanswered
    world.called.append(called)
    is_emptied = is_unanswered and world.behaviour.unanswered_lists_are_empty
    if is_unanswered and not is_emptied and not world.behaviour.unanswered_calls_act:
        return None
    if world.behaviour.raises_on == name:
        raise TypeError(f"{name} failed")
    if world.is_blocked():
        world.count_blocked_call()
        return None
    if handle.is_stale():
        return None
    wrong = "named arguments" if named else find_argument_error(declaration.kinds, arguments)
    if wrong:
        world.misuse.append(f"{called}: {wrong}")
    too_dear = declaration.studio and not world.behaviour.studio
    world.modal = world.modal or (too_dear and world.behaviour.upsell)
    if wrong or too_dear or any(_has_stale(one) for one in arguments):
        return declaration.failure_value
    if declaration.writes and not world.register_change():
        return None
    answer = wrap(getattr(target, name)(*(unwrap(one) for one in arguments)), world)
    if is_emptied:
        answer = _empty(name, answer)
    return None if is_unanswered and not is_emptied else answer


def _empty(name: str, answer: Any) -> Any:
    """What a failed call returns instead of a list or a count; any other answer stays."""
    if isinstance(answer, list):
        return []
    return 0 if name.endswith("Count") else answer


def _has_stale(value: Any) -> bool:
    if isinstance(value, Handle):
        return value.is_stale()
    if isinstance(value, dict):
        return any(_has_stale(one) for one in value.values())
    return isinstance(value, list) and any(_has_stale(one) for one in value)


def wrap(value: Any, world: World) -> Any:
    """Replace objects by new handles."""
    if isinstance(value, ApiObject):
        return Handle(value, world)
    if isinstance(value, list):
        return [wrap(one, world) for one in value]
    if isinstance(value, dict):
        return {key: wrap(one, world) for key, one in value.items()}
    return value


def unwrap(value: Any) -> Any:
    """Replace handles by their objects."""
    if isinstance(value, Handle):
        return value.target()
    if isinstance(value, list):
        return [unwrap(one) for one in value]
    if isinstance(value, dict):
        return {key: unwrap(one) for key, one in value.items()}
    return value
