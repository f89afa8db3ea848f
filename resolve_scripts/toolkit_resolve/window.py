"""Windows (on Studio, and on the free edition before 19.1) and file dialogs. The entries also work without them."""

import os
import urllib.parse
import webbrowser

from toolkit_resolve.files import read_state_line, state_path, write_state_line, write_text
from toolkit_resolve.host import Cancelled, HostError, call, get_injected, is_studio, pause, version_numbers

WINDOW_ID = "ToolkitWindow"


def get_ui(resolve):
    """Return (UIManager, dispatcher), or None. On the free edition since 19.1 the call would open an advert."""
    if not is_studio(resolve) and version_numbers(resolve) >= (19, 1):
        return None
    ui = getattr(get_injected("fusion") or get_injected("fu"), "UIManager", None)
    dispatcher = call(get_injected("bmd"), "UIDispatcher", ui) if ui is not None else None
    return (ui, dispatcher) if dispatcher is not None else None


def watch_in_window(ui_pair, start, title):
    """Call ``start`` to start the run; show its progress and a Cancel button until it has ended; return it.

    The run starts once the window is there, and does not outlive it.
    """
    ui, dispatcher = ui_pair
    window = dispatcher.AddWindow(
        {"ID": WINDOW_ID, "WindowTitle": title, "Geometry": [500, 300, 480, 110]},
        [ui.VGroup([ui.Label({"ID": "Stage", "Text": "starting"}), ui.Button({"ID": "Cancel", "Text": "Cancel"})])])
    label = window.GetItems()["Stage"]
    timer = ui.Timer({"ID": "Poll", "Interval": 300})
    process = start()

    def poll(event):
        ended = process.poll()
        label.Text = process.progress()
        if ended:
            dispatcher.ExitLoop()

    def cancel(event):
        process.cancel()

    try:
        dispatcher.On.Timeout = poll
        window.On.Cancel.Clicked = cancel
        window.On[WINDOW_ID].Close = cancel
        window.Show()
        timer.Start()
        dispatcher.RunLoop()
    finally:
        while not process.poll():
            process.cancel()
            pause(0.1)
        timer.Stop()
        window.Hide()
    return process


def show_outcome(resolve, report, is_menu):
    """After a run from the menu, show the report where it is seen: few editors have the Console open.

    In a window where this edition has windows; else, if something is left to do, in a text file that is opened.
    """
    if not is_menu:
        return
    lines = [report["done"] or "nothing was done"] + report["problems"] + report["by_hand"]
    pair = get_ui(resolve) if resolve is not None else None
    if pair:
        more = ["and %d more, in the report and in the red marker" % (len(lines) - 4)] if len(lines) > 4 else []
        _show_text(pair, report["entry"], lines[:4] + more)
    elif len(lines) > 1:
        path = state_path("last_report.txt")
        try:
            write_text(path, "\n\n".join([report["entry"]] + lines) + "\n")
        except OSError as error:
            print("  cannot write %s: %s" % (path, error))
            return
        print("  see %s" % path)
        open_file(path)


def open_file(path):
    """Open a text file in the program for such files; tests replace this."""
    webbrowser.open("file:///" + urllib.parse.quote(path.replace(os.sep, "/").lstrip("/")))


def _show_text(ui_pair, title, lines):
    """Show a few lines and a button until the editor closes the window."""
    ui, dispatcher = ui_pair
    labels = [ui.Label({"Text": line, "WordWrap": True}) for line in lines]
    window = dispatcher.AddWindow({"ID": WINDOW_ID, "WindowTitle": title, "Geometry": [500, 300, 560, 200]},
                                  [ui.VGroup(labels + [ui.Button({"ID": "Done", "Text": "OK"})])])

    def close(event):
        dispatcher.ExitLoop()

    window.On.Done.Clicked = close
    window.On[WINDOW_ID].Close = close
    window.Show()
    dispatcher.RunLoop()
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
        raise Cancelled("cancelled")
    items = window.GetItems()
    return [option for option, _ in choices if items[option.strip("-").replace("-", "")].Checked]


def choose_delivery(given):
    """Return the path on the command line, else one chosen in a dialog, else the last one the toolkit wrote."""
    last = read_state_line("last_delivery.txt")
    chosen = [path for path in given if path.endswith(".json")]
    if not chosen and getattr(get_injected("fusion"), "RequestFile", None) is not None:
        chosen = [_require_choice(get_injected("fusion").RequestFile(last), "no delivery was selected")]
    if not chosen and not last:
        raise HostError("no delivery.json given, and %s is missing: pass the path of one"
                        % state_path("last_delivery.txt"))
    return os.path.abspath(str((chosen or [last])[0]))


def folder_asker(resolve, title):
    """Return a function that asks the editor where a plate is; None if there are no dialogs."""
    request = getattr(get_injected("fusion"), "RequestDir", None)
    if request is None:
        return None

    def ask_folder(name, there):
        sentence = "%s is not in %s on this machine. Choose the folder it is in." % (name, there)
        print("  " + sentence)
        pair = get_ui(resolve)
        if pair:
            _show_text(pair, title, [sentence])
        chosen = request(os.path.expanduser("~"))
        return os.path.abspath(str(chosen)) if chosen else ""

    return ask_folder


def _require_choice(chosen, sentence):
    if not chosen:
        raise Cancelled(sentence)
    return chosen


def choose_folder(given, name):
    """Return the turnover's folder: the one given, else one chosen in a dialog, else one in the user's home."""
    default = os.path.join(os.path.expanduser("~"), "toolkit_turnovers", name)
    if given:
        return os.path.abspath(given)
    if getattr(get_injected("fusion"), "RequestDir", None) is None:
        return default
    last = read_state_line("last_turnover.txt")
    chosen = _require_choice(get_injected("fusion").RequestDir(last or default), "no folder was selected")
    folder = os.path.abspath(str(chosen))
    write_state_line("last_turnover.txt", folder)
    return folder
