"""State kept between runs in ``~/.toolkit``, and atomic file writes."""

import json
import os


def state_path(name):
    """Return the path of a state file."""
    return os.path.join(os.path.expanduser("~"), ".toolkit", name)


def write_text(path, text):
    """Write a file atomically. Raises OSError."""
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        os.makedirs(folder)
    try:
        with open(path + ".part", "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(path + ".part", path)
    finally:
        if os.path.isfile(path + ".part"):
            os.remove(path + ".part")


def write_json(path, value):
    """Write a JSON document atomically. Raises OSError."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def read_json(path):
    """Return the contents of a JSON file; None if it is missing or invalid."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return None


def read_state_line(name):
    """Return the line stored under ``name``; empty if there is none."""
    try:
        with open(state_path(name), encoding="utf-8") as stream:
            return stream.read().strip()
    except (OSError, ValueError):
        return ""


def write_state_line(name, text):
    """Store one line for the next run; a failure is printed and otherwise ignored."""
    try:
        write_text(state_path(name), text + "\n")
    except OSError as error:
        print("  not saved for the next run: %s" % error)
