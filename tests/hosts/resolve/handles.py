"""What a script holds: handles, new on every call, and the gate that every call of theirs goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeVar

from tests.hosts.resolve.kinds import misfit

if TYPE_CHECKING:
    from tests.hosts.resolve.world import World

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What is known of one method of the API."""

    kinds: tuple[str, ...]
    since: str
    writes: bool
    studio: bool
    fails: Any
    """What it answers when it cannot: False where it answers a truth, else None."""


def call(*kinds: str, since: str = "16.2", writes: bool = False, studio: bool = False) -> Callable[[Method], Method]:
    """Declare a method of the API: the kinds of its arguments, its first version, whether it changes something."""

    def declare(method: Method) -> Method:
        fails = False if method.__annotations__.get("return") == "bool" else None
        method.declaration = Declaration(kinds=kinds, since=since, writes=writes, studio=studio, fails=fails)  # type: ignore[attr-defined]
        return method

    return declare


@cache
def declarations(kind: type) -> dict[str, Declaration]:
    """The methods of the API that a class of the fake offers, by name."""
    found = {name: getattr(getattr(kind, name), "declaration", None) for name in dir(kind)}
    return {name: declaration for name, declaration in found.items() if declaration is not None}


class Thing:
    """Something that handles stand for."""

    lives_with = "application"
    """How long its handles live: ``application``, ``project`` or ``timeline`` (until another is in front)."""
    attributes: tuple[str, ...] = ()
    """What it has beside methods."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.uid = world.new_uid()
        self.dead = False


class Handle:
    """A script's hold on a thing. Two handles of one thing are not equal, and every name is an attribute."""

    __slots__ = ("_born", "_thing", "_world")

    def __init__(self, thing: Thing, world: World) -> None:
        self._thing, self._world = thing, world
        self._born = world.age(thing.lives_with)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return attribute(self, name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Handle) and other is not self:
            self._world.misuse.append(f"{self!r} == {other!r}: handles are new on every call, compare their ids")
        return other is self

    def __hash__(self) -> int:
        return id(self)

    def __dir__(self) -> list[str]:
        known = declarations(type(self._thing)).items()
        return sorted(name for name, declaration in known if self._world.behaviour.has(declaration.since))

    def __repr__(self) -> str:
        return f"<{type(self._thing).__name__} (0x{id(self):x})>"

    def thing_of(self) -> Thing:
        """What it stands for, for the fake only."""
        return self._thing

    def is_stale(self) -> bool:
        """Whether what it stands for is gone, or out of its reach by now."""
        return self._thing.dead or self._born != self._world.age(self._thing.lives_with)


def attribute(handle: Handle, name: str) -> Any:
    """Whatever name a script asks a handle for."""
    thing, world = handle.thing_of(), handle._world
    if name in thing.attributes:
        return None if world.is_blocked() else wrapped(getattr(thing, name), world)
    if name.isupper():
        return world.constant(type(thing).__name__, name)
    declaration = declarations(type(thing)).get(name)
    if declaration is None or not world.behaviour.has(declaration.since):
        return _absent(handle, name, declaration)

    def method(itself: Handle, *arguments: Any, **named: Any) -> Any:
        return _answer(itself, name, declaration, arguments, named)

    return MethodType(method, handle)  # a bound method, so that Lua's ``resolve:GetVersion()`` reaches it as well


def _absent(handle: Handle, name: str, declaration: Declaration | None) -> Any:
    """What stands for a method that this version does not have; no misuse where any other would answer None too."""
    world, called = handle._world, f"{type(handle.thing_of()).__name__}.{name}"
    if world.behaviour.unknown_attributes == "none":
        return None

    def nothing(itself: Handle, *arguments: Any, **named: Any) -> None:
        if not world.is_blocked() and not itself.is_stale() and called not in world.probes:
            version = world.behaviour.version
            why = f"is new in {declaration.since}, this is {version}" if declaration else "is not in the fake's API"
            world.misuse.append(f"{called} {why}")

    return MethodType(nothing, handle)


def _answer(
    handle: Handle, name: str, declaration: Declaration, arguments: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """Let a call through, or answer as a Resolve does that cannot: without a word."""
    thing, world = handle.thing_of(), handle._world
    called = f"{type(thing).__name__}.{name}"
    world.called.append(called)
    if world.behaviour.raises_on == name:
        raise TypeError(f"{name} does not like that")
    if world.is_blocked():
        world.wait_for_the_editor()
        return None
    if handle.is_stale():
        return None
    wrong = "named arguments" if named else misfit(declaration.kinds, arguments)
    if wrong:
        world.misuse.append(f"{called}: {wrong}")
    too_dear = declaration.studio and not world.behaviour.studio
    world.modal = world.modal or (too_dear and world.behaviour.upsell)
    if wrong or too_dear or any(_has_stale(one) for one in arguments):
        return declaration.fails
    if declaration.writes and not world.survives_a_change():
        return None
    return wrapped(getattr(thing, name)(*(bare(one) for one in arguments)), world)


def _has_stale(value: Any) -> bool:
    if isinstance(value, Handle):
        return value.is_stale()
    if isinstance(value, dict):
        return any(_has_stale(one) for one in value.values())
    return isinstance(value, list) and any(_has_stale(one) for one in value)


def wrapped(value: Any, world: World) -> Any:
    """The value with new handles instead of things."""
    if isinstance(value, Thing):
        return Handle(value, world)
    if isinstance(value, list):
        return [wrapped(one, world) for one in value]
    if isinstance(value, dict):
        return {key: wrapped(one, world) for key, one in value.items()}
    return value


def bare(value: Any) -> Any:
    """The value with things instead of handles."""
    if isinstance(value, Handle):
        return value.thing_of()
    if isinstance(value, list):
        return [bare(one) for one in value]
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items()}
    return value
