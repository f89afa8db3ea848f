"""What an entry tells: on the console, in a file beside what it worked on, and by itself as a value."""

import os

from toolkit_resolve.files import write_json


def new_report(entry):
    """An empty report. ``problems``: why nothing was done; ``by_hand``: what Resolve left to the editor."""
    return {"entry": entry, "resolve": None, "done": "", "problems": [], "by_hand": [], "notes": []}


def stopped_by(error):
    """An error that is not ours, in words."""
    return "stopped by %s: %s" % (type(error).__name__, error)


def tell(report, path=None):
    """Print the report and write it to ``path``; the report."""
    print("%s: %s" % (report["entry"], report["done"] or "nothing was done"))
    for kind, word in (("problems", "problem"), ("by_hand", "by hand"), ("notes", "note")):
        for sentence in report[kind]:
            print("  %s: %s" % (word, sentence))
    if path and os.path.isdir(os.path.dirname(path)):
        try:
            write_json(path, report)
        except OSError as error:
            print("  the report is not written: %s" % error)
    return report
