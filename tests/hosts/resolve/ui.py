"""Windows: the widgets a menu entry needs, and an event loop that performs the editor's actions.

The elements keep their texts but have no layout: the appearance of a window is not tested.
"""

# ruff: noqa: N802 - the names are Resolve's

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.hosts.resolve.world import World

CONTAINERS = ("VGroup", "HGroup", "Stack")
ELEMENTS = (
    *("Label", "Button", "LineEdit", "TextEdit", "CheckBox", "ComboBox", "SpinBox", "DoubleSpinBox", "Slider"),
    *("Tree", "TabBar", "HGap", "VGap", "Timer"),
)
MAX_TICKS = 2000
"""After this many timer ticks a window counts as impossible to close."""


class WindowNotClosedError(AssertionError):
    """A window is still open although the editor has no actions left."""


DEFAULTS = {
    "Text": "",
    "Checked": False,
    "Value": 0,
    "Enabled": True,
    "Visible": True,
    "CurrentIndex": 0,
    "Interval": 0,
}
"""Default properties of an element."""


class Element:
    """A widget; its properties are attributes."""

    def __init__(self, kind: str, properties: dict[str, Any], children: list[Element]) -> None:
        self.kind, self.children, self.items, self.running = kind, children, list[str](), False
        self.ID = ""
        self.__dict__.update({**DEFAULTS, **properties})

    def AddItem(self, text: str) -> None:
        """Add an item to a ComboBox."""
        self.items.append(text)

    def AddItems(self, texts: list[str]) -> None:
        """Add items to a ComboBox."""
        self.items.extend(texts)

    def Start(self) -> None:
        """Start a Timer."""
        self.running = True

    def Stop(self) -> None:
        """Stop a Timer."""
        self.running = False

    def walk(self) -> list[Element]:
        """Return this element and all elements inside it."""
        return [self, *(one for child in self.children for one in child.walk())]


class Events:
    """``On.<ID>.<Event> = handler``."""

    handlers: dict[str, Any]

    def __init__(self) -> None:
        self.__dict__["handlers"] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # of Python: a copy asks for some of them
            raise AttributeError(name)
        return self.handlers.setdefault(name, Events())

    def __setattr__(self, name: str, handler: Callable[[Any], Any]) -> None:
        self.handlers[name] = handler

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


class Window:
    """A window, or a dialog."""

    def __init__(self, properties: dict[str, Any], children: list[Element]) -> None:
        self.root = Element("Window", properties, children)
        self.ID = str(properties.get("ID", ""))
        self.On = Events()
        self.shown = False

    def Show(self) -> None:
        """Show the window until Hide."""
        self.shown = True

    def Hide(self) -> None:
        """Hide the window; the event loop continues."""
        self.shown = False

    def RecalcLayout(self) -> None:
        """Do nothing: there is no layout."""

    def Find(self, name: str) -> Element | None:
        """Return the element with the ID."""
        return self.GetItems().get(name)

    def GetItems(self) -> dict[str, Element]:
        """Return all elements with an ID, by ID."""
        return {one.ID: one for one in self.root.walk() if one.ID}

    def handler(self, name: str, event: str) -> Callable[[Any], Any] | None:
        """Return the handler of an element's event."""
        found = self.On.handlers.get(name)
        return found.handlers.get(event) if isinstance(found, Events) else None


class UIManager:
    """The object ``fusion.UIManager``: creates elements by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.actions: list[tuple[str, str] | int | Callable[[UIManager], Any]] = []
        """The editor's actions in order: (ID of an element or window, event), a function that checks a box, or a
        number of timer ticks to wait.
        """
        self.windows: list[Window] = []
        self.timers: list[Element] = []
        self.on = Events()

    def __getattr__(self, kind: str) -> Callable[..., Element]:
        if kind not in CONTAINERS + ELEMENTS:
            raise AttributeError(kind)

        def make(*arguments: Any) -> Element:
            properties = next((one for one in arguments if isinstance(one, dict)), {})
            children = next((one for one in arguments if isinstance(one, list)), [])
            element = Element(kind, properties, children)
            if kind == "Timer":
                self.timers.append(element)
            return element

        return make


class UIDispatcher:
    """The object ``bmd.UIDispatcher(ui)``: windows and their event loop."""

    def __init__(self, ui: UIManager) -> None:
        self.ui = ui
        self.On = ui.on
        self._ended = False

    def AddWindow(self, properties: dict[str, Any], children: list[Element] | Element) -> Window:
        """Create a window; AddDialog is the same here."""
        self.ui.windows.append(Window(properties, children if isinstance(children, list) else [children]))
        return self.ui.windows[-1]

    AddDialog = AddWindow

    def ExitLoop(self, code: int = 0) -> None:
        """End the loop; called by a handler."""
        self._ended = True

    def RunLoop(self) -> None:
        """Perform the editor's actions, then tick the timers. Raises WindowNotClosedError if nothing ends the loop."""
        self._ended = False
        ticks = 0
        while not self._ended:
            if not self.StepLoop():
                ticks += 1
                if not any(timer.running for timer in self.ui.timers) or ticks > MAX_TICKS:
                    raise WindowNotClosedError(f"no action closes the window {[one.ID for one in self.ui.windows]}")

    def StepLoop(self, timeout: float = 0.0) -> bool:
        """Process one event: an action of the editor, or a tick of every running timer."""
        action = self.ui.actions.pop(0) if self.ui.actions else 1
        if isinstance(action, int):
            self.ui.actions[:0] = [action - 1] if action > 1 else []
            self._tick()
            return False
        if callable(action):
            action(self.ui)
        else:
            self._dispatch(*action)
        return True

    def _tick(self) -> None:
        for timer in [one for one in self.ui.timers if one.running]:
            time.sleep(min(timer.__dict__["Interval"], 20) / 1000)
            handler = self.ui.on.handlers.get("Timeout")
            if callable(handler):
                handler({"who": timer.ID, "what": "Timeout"})

    def _dispatch(self, name: str, event: str) -> None:
        handlers = [window.handler(name, event) for window in self.ui.windows if window.shown]
        found = next((one for one in handlers if one is not None), None)
        if found is None:
            self.ui.world.misuse.append(f"no handler for {event} of {name!r}")
        else:
            found({"who": name, "what": event})
