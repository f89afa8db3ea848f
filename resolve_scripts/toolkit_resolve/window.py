"""Windows, where Resolve has them: on Studio, and on the free edition before 19.1. All of them can be done without."""

import os

from toolkit_resolve.files import kept, remember, remembered
from toolkit_resolve.host import Trouble, ask, injected, is_studio, must, release

WINDOW = "ToolkitWindow"


def open_ui(resolve):
    """(UIManager, dispatcher), or None. Asking the free edition since 19.1 would open an advertisement instead."""
    if not is_studio(resolve) and release(resolve) >= (19, 1):
        return None
    ui = getattr(injected("fusion") or injected("fu"), "UIManager", None)
    dispatcher = ask(injected("bmd"), "UIDispatcher", ui) if ui is not None else None
    return (ui, dispatcher) if dispatcher is not None else None


def watch_in_window(pair, job, title):
    """Show the progress and a Cancel button until the job has ended."""
    ui, dispatcher = pair
    window = dispatcher.AddWindow(
        {"ID": WINDOW, "WindowTitle": title, "Geometry": [500, 300, 480, 110]},
        [ui.VGroup([ui.Label({"ID": "Stage", "Text": job.progress()}), ui.Button({"ID": "Cancel", "Text": "Cancel"})])])
    label = window.GetItems()["Stage"]
    timer = ui.Timer({"ID": "Poll", "Interval": 300})

    def poll(event):
        ended = job.poll()
        label.Text = job.progress()
        if ended:
            dispatcher.ExitLoop()

    def cancel(event):
        job.cancel()

    dispatcher.On.Timeout = poll
    window.On.Cancel.Clicked = cancel
    window.On[WINDOW].Close = cancel
    window.Show()
    timer.Start()
    try:
        dispatcher.RunLoop()
    finally:
        timer.Stop()
        window.Hide()


def ask_choices(pair, title, choices):
    """Check boxes: ``choices`` is (option, text); the options that were ticked. Raises Trouble when cancelled."""
    ui, dispatcher = pair
    boxes = [ui.CheckBox({"ID": option.strip("-").replace("-", ""), "Text": text, "Checked": False})
             for option, text in choices]
    buttons = ui.HGroup([ui.Button({"ID": "Go", "Text": "Import"}), ui.Button({"ID": "Cancel", "Text": "Cancel"})])
    window = dispatcher.AddWindow({"ID": WINDOW, "WindowTitle": title, "Geometry": [500, 300, 480, 170]},
                                  [ui.VGroup(boxes + [buttons])])
    went = []

    def go(event):
        went.append(True)
        dispatcher.ExitLoop()

    def cancel(event):
        dispatcher.ExitLoop()

    window.On.Go.Clicked = go
    window.On.Cancel.Clicked = cancel
    window.On[WINDOW].Close = cancel
    window.Show()
    dispatcher.RunLoop()
    window.Hide()
    if not went:
        raise Trouble("cancelled")
    items = window.GetItems()
    return [option for option, _ in choices if items[option.strip("-").replace("-", "")].Checked]


def find_delivery(given):
    """The path on the command line, else the one chosen in a dialog, else the last one the toolkit wrote."""
    last = remembered("last_delivery.txt")
    chosen = [path for path in given if path.endswith(".json")]
    if not chosen and getattr(injected("fusion"), "RequestFile", None) is not None:
        chosen = [must(injected("fusion").RequestFile(last) or None, "no delivery was chosen")]
    if not chosen and not last:
        raise Trouble("which delivery.json? None was given and %s is not there" % kept("last_delivery.txt"))
    return os.path.abspath(str((chosen or [last])[0]))


def find_folder(given, name):
    """Where a turnover goes: the folder given, else the one chosen in a dialog, else one in the user's home."""
    usual = os.path.join(os.path.expanduser("~"), "toolkit_turnovers", name)
    if given:
        return os.path.abspath(given)
    if getattr(injected("fusion"), "RequestDir", None) is None:
        return usual
    last = remembered("last_turnover.txt")
    chosen = must(injected("fusion").RequestDir(last or usual) or None, "no folder was chosen")
    folder = os.path.abspath(str(chosen))
    remember("last_turnover.txt", folder)
    return folder
