"""The fake's windows: actions of the editor, and windows that are never closed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hosts.resolve import FakeResolve
from tests.hosts.resolve.ui import WindowNotClosedError


def open_window(fake: FakeResolve) -> tuple[Any, Any, Any]:
    """Return (UIManager, dispatcher, a shown window with a check box, a label and a button)."""
    given = fake.script_globals()
    ui = given["fusion"].UIManager
    dispatcher = given["bmd"].UIDispatcher(ui)
    rows = [ui.Label({"ID": "Says", "Text": "ready"}), ui.CheckBox({"ID": "Box"}), ui.Button({"ID": "Go"})]
    window = dispatcher.AddWindow({"ID": "Win", "WindowTitle": "Toolkit"}, [ui.VGroup(rows)])
    window.Show()
    return ui, dispatcher, window


def test_the_editor_can_check_a_box_and_click() -> None:
    fake = FakeResolve()
    _, dispatcher, window = open_window(fake)
    window.On.Go.Clicked = lambda event: dispatcher.ExitLoop()
    fake.ui.actions = [lambda ui: setattr(ui.windows[0].Find("Box"), "Checked", True), ("Go", "Clicked")]
    dispatcher.RunLoop()
    items = window.GetItems()
    assert set(items) == {"Win", "Says", "Box", "Go"}
    assert (items["Box"].Checked, items["Says"].Text, items["Go"].Enabled) == (True, "ready", True)


def test_closing_the_window_is_an_event_of_its_id() -> None:
    fake = FakeResolve()
    _, dispatcher, window = open_window(fake)
    window.On["Win"].Close = lambda event: dispatcher.ExitLoop()
    fake.ui.actions = [("Win", "Close")]
    dispatcher.RunLoop()


def test_a_timer_ticks_until_something_ends_the_loop() -> None:
    fake = FakeResolve()
    ui, dispatcher, _ = open_window(fake)
    timer, ticks = ui.Timer({"ID": "Poll", "Interval": 1}), []

    def tick(event: dict[str, str]) -> None:
        ticks.append(event["who"])
        if len(ticks) == 3:
            dispatcher.ExitLoop()

    dispatcher.On.Timeout = tick
    timer.Start()
    dispatcher.RunLoop()
    assert ticks == ["Poll"] * 3


def test_the_editor_can_wait_before_clicking() -> None:
    fake = FakeResolve()
    ui, dispatcher, window = open_window(fake)
    timer = ui.Timer({"ID": "Poll", "Interval": 1})
    ticks: list[Any] = []
    dispatcher.On.Timeout = ticks.append
    window.On.Go.Clicked = lambda event: dispatcher.ExitLoop()
    timer.Start()
    fake.ui.actions = [3, ("Go", "Clicked")]
    dispatcher.RunLoop()
    assert len(ticks) == 3


def test_a_window_that_is_never_closed_is_detected() -> None:
    fake = FakeResolve()
    _, dispatcher, _ = open_window(fake)
    with pytest.raises(WindowNotClosedError, match="Win"):
        dispatcher.RunLoop()


def test_a_click_without_a_handler_is_misuse() -> None:
    fake = FakeResolve()
    _, dispatcher, _ = open_window(fake)
    fake.ui.actions = [("Go", "Clicked")]
    with pytest.raises(WindowNotClosedError):
        dispatcher.RunLoop()
    assert fake.misuse == ["no handler for Clicked of 'Go'"]


def test_an_unknown_widget_raises() -> None:
    ui, _, _ = open_window(FakeResolve())
    with pytest.raises(AttributeError):
        ui.ProgressBar({})
