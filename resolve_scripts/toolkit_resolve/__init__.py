"""Modules shared by the menu entries. Resolve runs them: standard library only, Python 3.6 syntax, no ``__file__``.

``toolkit install-scripts resolve`` bundles each entry and the modules it needs into one file. Top-level names must
therefore be unique across all modules, and modules import each other only as ``from toolkit_resolve.x import a, b``.
"""
