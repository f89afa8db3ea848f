"""Calls to Resolve. A failed call returns False, None or an empty list, so every result is verified."""

import builtins


class HostError(Exception):
    """Something cannot be done; the message is one sentence for the editor."""


def call(target, method, *arguments):
    """Call a method; None if this Resolve lacks it. (hasattr does not help: Resolve invents attributes.)"""
    function = getattr(target, method, None)
    return None if function is None else function(*arguments)


def call_list(target, method, *arguments):
    """Call a method that returns a list, and drop the None entries that Resolve returns for failures."""
    result = call(target, method, *arguments)
    return [one for one in result if one is not None] if isinstance(result, (list, tuple)) else []


def require_list(target, method, *arguments):
    """The same, but raise HostError if no list is returned: nothing can be concluded from that."""
    result = call(target, method, *arguments)
    if not isinstance(result, (list, tuple)):
        raise HostError("Resolve does not answer")
    return [one for one in result if one is not None]


def require_ids(targets):
    """Return the ids of objects. Raises HostError if one is missing: Resolve is not answering right now."""
    found = [unique_id(target) for target in targets]
    if None in found:
        raise HostError("Resolve does not answer")
    return found


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
