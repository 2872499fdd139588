"""Hang the console's blueprints on an app. Adding a module of routes: one import here, and one row
for each route in guards.LEAST_ROLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from console import (
    board_api,
    callbacks_api,
    contacts_api,
    departments_api,
    events_api,
    guards,
    hold_api,
    identity,
    keys_api,
    line_api,
    openapi,
    people_api,
    problems,
    promises_api,
    reports_api,
    routing_api,
    state,
    supervision_api,
    tickets_api,
    transfers_api,
    wrapup_api,
)
from console.blueprint import PREFIX, api
from console.pages import install as install_pages

if TYPE_CHECKING:
    from telephony.bootstrap import Services

ROUTES = (
    board_api,
    callbacks_api,
    contacts_api,
    departments_api,
    events_api,
    hold_api,
    keys_api,
    line_api,
    openapi,
    people_api,
    promises_api,
    reports_api,
    routing_api,
    supervision_api,
    tickets_api,
    transfers_api,
    wrapup_api,
)

problems.install(api, PREFIX)
api.before_request(guards.check_request)
api.after_request(guards.cover_numbers)


def mount(app: Flask, services: Services) -> None:
    """Hang the API and the pages on the app and give them what they work with."""
    state.remember(app, services)
    problems.defaults(app)
    identity.install(app)
    app.register_blueprint(api)
    install_pages(app)
