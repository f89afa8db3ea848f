"""Asking Resolve. What it cannot do it answers with False, None or an empty list, so no answer is believed."""

import builtins


class Trouble(Exception):
    """Something cannot be done; the text is one sentence for the editor."""


def ask(thing, method, *arguments):
    """Call a method that this Resolve may not have; None then. (hasattr is no help: Resolve invents attributes.)"""
    function = getattr(thing, method, None)
    return None if function is None else function(*arguments)


def ask_all(thing, method, *arguments):
    """The same for a method that answers a list: without the Nones that Resolve puts in for what failed."""
    answer = ask(thing, method, *arguments)
    return [one for one in answer if one is not None] if isinstance(answer, (list, tuple)) else []


def ask_surely(thing, method, *arguments):
    """The same where no list means no answer: Trouble then, since nothing may be concluded from it."""
    answer = ask(thing, method, *arguments)
    if not isinstance(answer, (list, tuple)):
        raise Trouble("Resolve does not answer")
    return [one for one in answer if one is not None]


def known_of(things):
    """The identities of things. Raises Trouble when one has none: Resolve is not answering just now."""
    found = [identity(thing) for thing in things]
    if None in found:
        raise Trouble("Resolve does not answer")
    return found


def must(answer, sentence):
    """The answer, or Trouble with ``sentence`` when it is False, None or empty."""
    if answer is None or answer is False or answer == []:
        raise Trouble(sentence)
    return answer


def identity(thing):
    """Handles are new on every call; this is what stays. None: a handle of something that is no more."""
    return ask(thing, "GetUniqueId")


def constant(resolve, name, number):
    """A constant of the live handle (a float there); ``number`` where this version does not know it."""
    found = getattr(resolve, name, None)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else number


def injected(name):
    """What Resolve put into a menu script: among its globals, on some versions among the built-ins."""
    return globals().get(name, getattr(builtins, name, None))


def find_resolve():
    """The running Resolve: injected into a menu script, asked of its own module from outside. Raises Trouble."""
    found = injected("resolve") or ask(injected("app"), "GetResolve") or ask(injected("bmd"), "scriptapp", "Resolve")
    if not found:
        try:
            import DaVinciResolveScript
        except ImportError as error:
            raise Trouble("this is not Resolve (%s): run it from Workspace > Scripts" % error)
        found = DaVinciResolveScript.scriptapp("Resolve")
    return must(found, "Resolve does not answer: is it running, with External scripting set to Local in Preferences? "
                       "(Only Studio answers from outside)")


def release(resolve):
    """Resolve's version as numbers: ``(21, 0, 2)``; an empty tuple where it does not say."""
    numbers = str(ask(resolve, "GetVersionString") or "").split(".")
    return tuple(int(number) for number in numbers if number.isdigit())


def is_studio(resolve):
    """Whether this is the paid edition."""
    return bool(ask(resolve, "IsStudio")) or "Studio" in str(ask(resolve, "GetProductName"))
