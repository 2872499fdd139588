"""The one-minute tour that `warmline demo` prints: three windows, and one whole warm transfer.

The printed words are the only copy of the steps: the browser test presses what stands in [square
brackets] and writes what stands in “quotes”, in the order in which they are printed.
"""

from __future__ import annotations

from typing import Final

from console.seed import PASSWORD
from telephony.errors import WarmlineError
from warmline.running import Running
from warmline.stories.common import quiet_floor
from warmline.stories.scene import Scene

WINDOWS: Final = (
    ("Phones", "the customer, Rosa", "{simulator}/sim/", "nobody signs in here"),
    ("Ana", "the agent, in Sales", "{web}/", "press [Ana]"),
    ("Carla", "the receiver, in Billing", "{web}/", "in a private window; press [Carla]"),
)
STEPS: Final = (
    ("Ana", "press [Go online]."),
    ("Carla", "press [Go online]."),
    ("Phones", "press [Rosa], then [Call]. When Rosa hears the menu, press [1] for Sales."),
    ("Ana", "her phone rings. Press [Accept]: she and Rosa talk."),
    ("Ana", "press [Transfer], write “billing”, press [Warm]. Rosa is held with music."),
    ("Carla", "reads who is passed on and why. Press [Accept]: Ana and Carla talk alone."),
    ("Ana", "press [Complete]. Ana is let go only now; Rosa hears Carla."),
    ("Phones", "press [Hang up] on Rosa's card. On the wallboard, lost customers are still 0."),
)


def tour(web: str, simulator: str, wallboard: str) -> str:
    """The tour in words, for a system at these addresses."""
    lines = ["One warm transfer in one minute. Open three windows, side by side:", ""]
    for name, who, address, how in WINDOWS:
        place = address.format(web=web, simulator=simulator)
        lines.append(f"  {name:<7} {place:<30} {who}; {how}")
    lines += ["", "  and beside them the wallboard, which needs no sign-in:", f"  {wallboard}", ""]
    lines += [f"  {number}. {name}: {does}" for number, (name, does) in enumerate(STEPS, 1)]
    lines += [
        "",
        "Everybody else is busy meanwhile; the phones page lets you answer for them, too.",
        f"Sam (supervisor, {web}/wallboard) and Ada (admin, {web}/admin) sign in",
        f"as Ana does. Everybody's password is {PASSWORD}.",
    ]
    return "\n".join(lines)


def set_the_stage(running: Running) -> str:
    """Make everybody busy who does not go online, and return the words of the tour.

    Raises `WarmlineError` when the system does not know the demo's supervisor.
    """
    scene = Scene(running.simulator_url, running.web_url, 1, PASSWORD, lambda sentence: None)
    quiet_floor(scene)
    answer = scene.api("sam").post("/board/kiosks", {"label": "the demo's tour"})
    if answer.status_code != 201:
        raise WarmlineError(
            f"The wallboard's link was refused: {answer.status_code} {answer.text[:200]}",
            what_to_do="Use a folder of the demo's own: --data-dir var/demo.",
        )
    wallboard = running.web_url + str(answer.json()["path"])
    return tour(running.web_url, running.simulator_url, wallboard)
