"""What the menu entries share. Standard library only, the syntax of Python 3.6 and no ``__file__``: Resolve runs it.

``toolkit install-scripts resolve`` puts each entry and the modules it needs into one file, so every name at the top of
a module is unique over all of them, and modules import one another by ``from toolkit_resolve.x import a, b`` only.
"""
