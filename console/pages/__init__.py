"""The pages that people open. `install(app)` hangs all of them on an app.

Adding a page: a module here with its routes, its name in `_MODULES`, a template that extends
`base.html`, and an entry in `nav.py` if it belongs into the navigation (docs/console.md).
"""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from console.pages import shell

_MODULES = (
    "console.pages.home",
    "console.openid",
    "console.routing_pages.views",
    "console.wallboard.pages",
)


def install(app: Flask) -> None:
    """Mount the pages on an app that the API is mounted on already."""
    for name in _MODULES:
        import_module(name)
    import_module("console.openid").install(app)
    shell.install(app)
