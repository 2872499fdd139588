"""Twilio's REST API (version 2010-04-01) over a simulated network; `app.handle` is the way in."""
