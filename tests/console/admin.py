"""An admin at her browser: opens the routing pages, reads their forms, and sends them back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Fields = list[tuple[str, str]]


class Form(HTMLParser):
    """The fields of the form with the id `form`, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = []
        self._inside = False
        self._template = 0
        self._select = ""
        self._text = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = dict(given)
        if tag == "form":
            self._inside = attributes.get("id") == "form"
        if tag == "template":
            self._template += 1
        if not self._inside or self._template:
            return
        name, value = attributes.get("name") or "", attributes.get("value") or ""
        if tag == "input" and name:
            if attributes.get("type") != "checkbox" or "checked" in attributes:
                self.fields.append((name, value))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in attributes))
        elif tag == "textarea":
            self._text = name
            self.fields.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._text:
            name, before = self.fields.pop()
            self.fields.append((name, before + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._template -= 1
        elif tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._text = ""
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            first = self._options[0][0] if self._options else ""
            self.fields.append((self._select, chosen[0] if chosen else first))
            self._select = ""


class Admin:
    """Ada at her browser."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        sent = {"name": "ada", "password": "warmline"}
        self._word = client.post("/api/v1/session", json=sent).get_json()["csrf"]

    def get(self, path: str) -> str:
        answer = self._client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text

    def form(self, path: str) -> Fields:
        return read_form(self.get(path))

    def post(self, path: str, sent: Fields, **headers: str) -> TestResponse:
        data: dict[str, Any] = dict(sent)
        word = {"X-CSRF-Token": self._word} | headers
        return self._client.post(path, data=data, headers=word)

    def draft(self) -> dict[str, Any]:
        told: dict[str, Any] = self._client.get("/api/v1/routing/draft").get_json()
        return told


def read_form(page: str) -> Fields:
    parser = Form()
    parser.feed(page)
    return parser.fields


def changed(form: Fields, **values: str) -> Fields:
    """The form with other values; `a__b` stands for `a.b`."""
    other = {name.replace("__", "."): value for name, value in values.items()}
    return [(name, other.get(name, value)) for name, value in form]
