"""All pages of the routing admin; importing this module hangs them on the pages' blueprint."""

from __future__ import annotations

from console.routing_pages import (
    companies,
    departments,
    files,
    menus,
    overview,
    publishing,
    who,
    words,
)

VIEWS = (overview, departments, menus, words, companies, who, publishing, files)
