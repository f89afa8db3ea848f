"""Calls to Resolve. A failed call returns False, None or an empty list, so every result is verified.

While a dialog is open, or Resolve is busy, every call returns None. A getter that always has an answer is therefore
asked again (``ask``), and nothing is concluded from what was not answered.
"""

import builtins
import time

PAUSES = (0.0, 0.1, 0.3, 0.6, 1.0)
"""Seconds before each further attempt to get an answer."""


class HostError(Exception):
    """Something cannot be done; the message is one sentence for the editor."""


class Cancelled(HostError):
    """The editor cancelled a dialog; nothing needs to be shown."""


class NotAnswering(HostError):
    """Resolve does not answer: a dialog is open, it is busy, or it has quit."""

    def __init__(self):
        super().__init__("Resolve does not answer; is a dialog open?")


def pause(seconds):
    """Wait; tests replace this."""
    time.sleep(seconds)


def call(target, method, *arguments):
    """Call a method; None if this Resolve lacks it. (hasattr does not help: Resolve invents attributes.)"""
    function = getattr(target, method, None)
    return None if function is None else function(*arguments)


def call_list(target, method, *arguments):
    """Call a method that returns a list and may be missing; drop the None entries that Resolve returns for failures."""
    result = call(target, method, *arguments)
    return [one for one in result if one is not None] if isinstance(result, (list, tuple)) else []


def ask(target, method, *arguments):
    """Call a getter that always has an answer, again if it has none. Raises NotAnswering."""
    return _ask(lambda: call(target, method, *arguments), lambda found: found is not None)


def ask_list(target, method, *arguments):
    """The same for a list, which must have no holes. An empty one, which may also be a failure, is asked for twice."""
    def ask_once():
        return _ask(lambda: call(target, method, *arguments),
                    lambda found: isinstance(found, (list, tuple)) and all(one is not None for one in found))

    return ask_once() or ask_once()


def ask_optional(target, method, *arguments):
    """Call a getter for which None is an answer as well: it counts once Resolve has answered something else."""
    found = call(target, method, *arguments)
    if found is None and target is not None:
        ask(target, "GetUniqueId")
        found = call(target, method, *arguments)
    return found


def insist(target, method, *arguments):
    """Call a method that may be called twice, once more if it was not answered; return its answer."""
    return ask_optional(target, method, *arguments)


def ask_id(target):
    """Return the persistent id; handles are new on every call. Raises NotAnswering, also for a deleted object."""
    return ask(target, "GetUniqueId")


def _ask(get, is_answer):
    found = get()
    for seconds in PAUSES:
        if is_answer(found):
            return found
        pause(seconds)
        found = get()
    if is_answer(found):
        return found
    raise NotAnswering()


def find_new(objects, known):
    """Return the objects whose id is not in ``known``, the ids of all that were there before and still are.

    Lists usually have the newest last, so they are read from the end, and no further than necessary.
    """
    new = []
    for one in reversed(objects):
        if len(objects) - len(known) <= len(new):
            break
        if ask_id(one) not in known:
            new.insert(0, one)
    return new


def require(result, sentence):
    """Return the result; raise HostError with ``sentence`` if it is False, None or empty."""
    if result is None or result is False or result == []:
        raise HostError(sentence)
    return result


def unique_id(target):
    """Return the persistent id; handles are new on every call. None for a handle of a deleted object."""
    return call(target, "GetUniqueId")


def get_constant(resolve, name, number):
    """Return a constant of the live handle (a float there); ``number`` if this version does not have it."""
    found = getattr(resolve, name, None)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else number


def get_injected(name):
    """Return what Resolve injects into a menu script: a global, or on some versions a built-in."""
    return globals().get(name, getattr(builtins, name, None))


def find_resolve():
    """Return the running Resolve: injected into a menu script, or from its scripting module. Raises HostError."""
    found = (get_injected("resolve") or call(get_injected("app"), "GetResolve")
             or call(get_injected("bmd"), "scriptapp", "Resolve"))
    if not found:
        try:
            import DaVinciResolveScript
        except ImportError as error:
            raise HostError("this script is not running in Resolve, and Resolve's scripting module was not found "
                            "(%s): run it from Workspace > Scripts, or run 'toolkit doctor' to see where the module "
                            "should be" % error)
        found = DaVinciResolveScript.scriptapp("Resolve")
    return require(found, "Resolve does not answer: is it running, with External scripting set to Local in "
                   "Preferences? (External scripting needs Resolve Studio)")


def version_numbers(resolve):
    """Return Resolve's version as numbers, ``(21, 0, 2)``; an empty tuple if unknown."""
    numbers = str(call(resolve, "GetVersionString") or "").split(".")
    return tuple(int(number) for number in numbers if number.isdigit())


def is_studio(resolve):
    """Return whether this is the Studio edition."""
    return bool(call(resolve, "IsStudio")) or "Studio" in str(call(resolve, "GetProductName"))
