"""Windows (on Studio, and on the free edition before 19.1) and file dialogs. The entries also work without them."""

import os

from toolkit_resolve.files import read_state_line, state_path, write_state_line
from toolkit_resolve.host import HostError, call, get_injected, is_studio, require, version_numbers

WINDOW_ID = "ToolkitWindow"


def get_ui(resolve):
    """Return (UIManager, dispatcher), or None. On the free edition since 19.1 the call would open an advert."""
    if not is_studio(resolve) and version_numbers(resolve) >= (19, 1):
        return None
    ui = getattr(get_injected("fusion") or get_injected("fu"), "UIManager", None)
    dispatcher = call(get_injected("bmd"), "UIDispatcher", ui) if ui is not None else None
    return (ui, dispatcher) if dispatcher is not None else None


def watch_in_window(ui_pair, process, title):
    """Show the progress and a Cancel button until the run has ended."""
    ui, dispatcher = ui_pair
    window = dispatcher.AddWindow(
        {"ID": WINDOW_ID, "WindowTitle": title, "Geometry": [500, 300, 480, 110]},
        [ui.VGroup([ui.Label({"ID": "Stage", "Text": process.progress()}),
                    ui.Button({"ID": "Cancel", "Text": "Cancel"})])])
    label = window.GetItems()["Stage"]
    timer = ui.Timer({"ID": "Poll", "Interval": 300})

    def poll(event):
        ended = process.poll()
        label.Text = process.progress()
        if ended:
            dispatcher.ExitLoop()

    def cancel(event):
        process.cancel()

    dispatcher.On.Timeout = poll
    window.On.Cancel.Clicked = cancel
    window.On[WINDOW_ID].Close = cancel
    window.Show()
    timer.Start()
    try:
        dispatcher.RunLoop()
    finally:
        timer.Stop()
        window.Hide()


def choose_options(ui_pair, title, choices):
    """Show a check box per (option, text) in ``choices``; return the checked options. HostError if cancelled."""
    ui, dispatcher = ui_pair
    boxes = [ui.CheckBox({"ID": option.strip("-").replace("-", ""), "Text": text, "Checked": False})
             for option, text in choices]
    buttons = ui.HGroup([ui.Button({"ID": "Go", "Text": "Import"}), ui.Button({"ID": "Cancel", "Text": "Cancel"})])
    window = dispatcher.AddWindow({"ID": WINDOW_ID, "WindowTitle": title, "Geometry": [500, 300, 480, 170]},
                                  [ui.VGroup(boxes + [buttons])])
    accepted = []

    def accept(event):
        accepted.append(True)
        dispatcher.ExitLoop()

    def cancel(event):
        dispatcher.ExitLoop()

    window.On.Go.Clicked = accept
    window.On.Cancel.Clicked = cancel
    window.On[WINDOW_ID].Close = cancel
    window.Show()
    dispatcher.RunLoop()
    window.Hide()
    if not accepted:
        raise HostError("cancelled")
    items = window.GetItems()
    return [option for option, _ in choices if items[option.strip("-").replace("-", "")].Checked]


def choose_delivery(given):
    """Return the path on the command line, else one chosen in a dialog, else the last one the toolkit wrote."""
    last = read_state_line("last_delivery.txt")
    chosen = [path for path in given if path.endswith(".json")]
    if not chosen and getattr(get_injected("fusion"), "RequestFile", None) is not None:
        chosen = [require(get_injected("fusion").RequestFile(last) or None, "no delivery was selected")]
    if not chosen and not last:
        raise HostError("no delivery.json given, and %s is missing: pass the path of one"
                        % state_path("last_delivery.txt"))
    return os.path.abspath(str((chosen or [last])[0]))


def choose_folder(given, name):
    """Return the turnover's folder: the one given, else one chosen in a dialog, else one in the user's home."""
    default = os.path.join(os.path.expanduser("~"), "toolkit_turnovers", name)
    if given:
        return os.path.abspath(given)
    if getattr(get_injected("fusion"), "RequestDir", None) is None:
        return default
    last = read_state_line("last_turnover.txt")
    chosen = require(get_injected("fusion").RequestDir(last or default) or None, "no folder was selected")
    folder = os.path.abspath(str(chosen))
    write_state_line("last_turnover.txt", folder)
    return folder
