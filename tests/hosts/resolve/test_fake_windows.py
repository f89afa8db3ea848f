"""The fake's windows: what the editor does in them, and windows that nothing closes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hosts.resolve import FakeResolve
from tests.hosts.resolve.ui import NoWayOutError


def window_of(fake: FakeResolve) -> tuple[Any, Any, Any]:
    """(UIManager, dispatcher, a shown window with a box, a label and a button)."""
    given = fake.script_globals()
    ui = given["fusion"].UIManager
    dispatcher = given["bmd"].UIDispatcher(ui)
    rows = [ui.Label({"ID": "Says", "Text": "ready"}), ui.CheckBox({"ID": "Box"}), ui.Button({"ID": "Go"})]
    window = dispatcher.AddWindow({"ID": "Win", "WindowTitle": "Toolkit"}, [ui.VGroup(rows)])
    window.Show()
    return ui, dispatcher, window


def test_the_editor_ticks_a_box_and_clicks() -> None:
    fake = FakeResolve()
    _, dispatcher, window = window_of(fake)
    window.On.Go.Clicked = lambda event: dispatcher.ExitLoop()
    fake.ui.does = [lambda ui: setattr(ui.windows[0].Find("Box"), "Checked", True), ("Go", "Clicked")]
    dispatcher.RunLoop()
    items = window.GetItems()
    assert set(items) == {"Win", "Says", "Box", "Go"}
    assert (items["Box"].Checked, items["Says"].Text, items["Go"].Enabled) == (True, "ready", True)


def test_closing_the_window_is_an_event_of_its_id() -> None:
    fake = FakeResolve()
    _, dispatcher, window = window_of(fake)
    window.On["Win"].Close = lambda event: dispatcher.ExitLoop()
    fake.ui.does = [("Win", "Close")]
    dispatcher.RunLoop()


def test_a_timer_ticks_until_something_ends_the_loop() -> None:
    fake = FakeResolve()
    ui, dispatcher, _ = window_of(fake)
    timer, ticks = ui.Timer({"ID": "Poll", "Interval": 1}), []

    def tick(event: dict[str, str]) -> None:
        ticks.append(event["who"])
        if len(ticks) == 3:
            dispatcher.ExitLoop()

    dispatcher.On.Timeout = tick
    timer.Start()
    dispatcher.RunLoop()
    assert ticks == ["Poll"] * 3


def test_the_editor_waits_before_the_click() -> None:
    fake = FakeResolve()
    ui, dispatcher, window = window_of(fake)
    timer, ticks = ui.Timer({"ID": "Poll", "Interval": 1}), []
    dispatcher.On.Timeout = ticks.append
    window.On.Go.Clicked = lambda event: dispatcher.ExitLoop()
    timer.Start()
    fake.ui.does = [3, ("Go", "Clicked")]
    dispatcher.RunLoop()
    assert len(ticks) == 3


def test_a_window_that_nothing_closes_is_found() -> None:
    fake = FakeResolve()
    _, dispatcher, _ = window_of(fake)
    with pytest.raises(NoWayOutError, match="Win"):
        dispatcher.RunLoop()


def test_a_click_that_nothing_listens_to_is_misuse() -> None:
    fake = FakeResolve()
    _, dispatcher, _ = window_of(fake)
    fake.ui.does = [("Go", "Clicked")]
    with pytest.raises(NoWayOutError):
        dispatcher.RunLoop()
    assert fake.misuse == ["nothing listens to Clicked of 'Go'"]


def test_a_widget_that_there_is_not_raises() -> None:
    ui, _, _ = window_of(FakeResolve())
    with pytest.raises(AttributeError):
        ui.ProgressBar({})
