"""`/`: the sign-in for those who are not signed in, the softphone for everybody else."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from console import openid, seed, state
from console.pages.shell import home_of, least, pages, signed_in


@pages.get("/")
@least(None)
def home() -> str | Response:
    """The sign-in, or the softphone."""
    target = home_of(request.args.get("next", "/"))
    who = signed_in()
    if who is None:
        demo = state.services().settings.demo_mode
        people = seed.PEOPLE if demo else ()
        return render_template(
            "signin.html",
            target=target,
            people=people,
            password=seed.PASSWORD,
            openid=openid.offered(),
        )
    if target != "/":
        return redirect(target)
    settings = state.services().settings
    simulated = bool(settings.twilio_base_url)
    return render_template("softphone.html", simulated=simulated, speed=f"{settings.speed:g}")
