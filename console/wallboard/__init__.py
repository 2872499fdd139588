"""The wallboard: how it goes now and went today, with the contacts behind every number.

* `live.py`     what happens now, from the live contacts: pure
* `today.py`    what happened since a local midnight, from the ledger
* `levels.py`   from when on a number is amber or red
* `calendar.py` the company's hours, days and weeks as moments
* `board.py`    all of it together, kept for a moment for all who look
* `shapes.py`   what comes in and goes out, `tables.py` the same as CSV
* `pages.py`    the pages; the routes of the API are in console/board_api.py and reports_api.py
"""
