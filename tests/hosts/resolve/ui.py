"""Windows: the few widgets a menu entry needs, and an event loop that plays what the editor does.

The elements remember their texts and take no layout: how a window looks is not proved.
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
MOST_TICKS = 2000
"""After so many ticks without an end a window is taken to have no way out."""


class NoWayOutError(AssertionError):
    """A window waits for an editor who has nothing more to do."""


FIRST = {"Text": "", "Checked": False, "Value": 0, "Enabled": True, "Visible": True, "CurrentIndex": 0, "Interval": 0}
"""What the properties of an element are that nobody set."""


class Element:
    """A widget: its properties are attributes."""

    def __init__(self, kind: str, properties: dict[str, Any], children: list[Element]) -> None:
        self.kind, self.children, self.items, self.running = kind, children, list[str](), False
        self.ID = ""
        self.__dict__.update({**FIRST, **properties})

    def AddItem(self, text: str) -> None:
        """Of a ComboBox."""
        self.items.append(text)

    def AddItems(self, texts: list[str]) -> None:
        """Of a ComboBox."""
        self.items.extend(texts)

    def Start(self) -> None:
        """Of a Timer."""
        self.running = True

    def Stop(self) -> None:
        """Of a Timer."""
        self.running = False

    def walk(self) -> list[Element]:
        """This element and all inside."""
        return [self, *(one for child in self.children for one in child.walk())]


class Events:
    """``On.<ID>.<Event> = handler``."""

    known: dict[str, Any]

    def __init__(self) -> None:
        self.__dict__["known"] = {}

    def __getattr__(self, name: str) -> Any:
        return self.known.setdefault(name, Events())

    def __setattr__(self, name: str, handler: Callable[[Any], Any]) -> None:
        self.known[name] = handler

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
        """Until Hide."""
        self.shown = True

    def Hide(self) -> None:
        """The event loop goes on all the same."""
        self.shown = False

    def RecalcLayout(self) -> None:
        """There is none."""

    def Find(self, name: str) -> Element | None:
        """The element with the ID."""
        return self.GetItems().get(name)

    def GetItems(self) -> dict[str, Element]:
        """Every element with an ID, by it."""
        return {one.ID: one for one in self.root.walk() if one.ID}

    def handler(self, name: str, event: str) -> Callable[[Any], Any] | None:
        """What was set for an event of an element."""
        found = self.On.known.get(name)
        return found.known.get(event) if isinstance(found, Events) else None


class UIManager:
    """``fusion.UIManager``: a maker of elements, by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.does: list[tuple[str, str] | int | Callable[[UIManager], Any]] = []
        """What the editor does, in this order: (ID of the element or window, event), a function that ticks a box, or a
        number of ticks of the timers to wait.
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
    """``bmd.UIDispatcher(ui)``: windows and their loop."""

    def __init__(self, ui: UIManager) -> None:
        self.ui = ui
        self.On = ui.on
        self._ended = False

    def AddWindow(self, properties: dict[str, Any], children: list[Element] | Element) -> Window:
        """A window; AddDialog is the same here."""
        self.ui.windows.append(Window(properties, children if isinstance(children, list) else [children]))
        return self.ui.windows[-1]

    AddDialog = AddWindow

    def ExitLoop(self, code: int = 0) -> None:
        """From a handler."""
        self._ended = True

    def RunLoop(self) -> None:
        """Play what the editor does, then let the timers tick. Raises NoWayOutError where nothing ends it."""
        self._ended = False
        ticks = 0
        while not self._ended:
            if not self.StepLoop():
                ticks += 1
                if not any(timer.running for timer in self.ui.timers) or ticks > MOST_TICKS:
                    raise NoWayOutError(f"nothing closes the window {[one.ID for one in self.ui.windows]}")

    def StepLoop(self, timeout: float = 0.0) -> bool:
        """One event, if there is one: of the editor's, or a tick of every timer that runs."""
        deed = self.ui.does.pop(0) if self.ui.does else 1
        if isinstance(deed, int):
            self.ui.does[:0] = [deed - 1] if deed > 1 else []
            self._tick()
            return False
        if callable(deed):
            deed(self.ui)
        else:
            self._happen(*deed)
        return True

    def _tick(self) -> None:
        for timer in [one for one in self.ui.timers if one.running]:
            time.sleep(min(timer.__dict__["Interval"], 20) / 1000)
            handler = self.ui.on.known.get("Timeout")
            if callable(handler):
                handler({"who": timer.ID, "what": "Timeout"})

    def _happen(self, name: str, event: str) -> None:
        handlers = [window.handler(name, event) for window in self.ui.windows if window.shown]
        found = next((one for one in handlers if one is not None), None)
        if found is None:
            self.ui.world.misuse.append(f"nothing listens to {event} of {name!r}")
        else:
            found({"who": name, "what": event})
