"""The story set: played by `warmline demo`, and each a test over real HTTP."""

from __future__ import annotations

from warmline.stories import crowd, handovers, hunts, promises
from warmline.stories.common import Story

STORIES: tuple[Story, ...] = (
    Story(1, "To a department, answered", hunts.answered),
    Story(2, "Warm transfer: consult, complete", handovers.warm),
    Story(3, "The first does not answer, the second does", hunts.second_member),
    Story(4, "A voicemail answers and is never joined", hunts.voicemail),
    Story(5, "Two accept at once, one joins", hunts.two_accept),
    Story(6, "Nobody answers: back to the agent", handovers.returned),
    Story(7, "The agent is gone, nobody answers: a promise, kept", promises.cold_promise_kept),
    Story(8, "The customer hangs up while it rings", hunts.customer_leaves),
    Story(9, "The agent's browser dies while it rings", handovers.browser_dies),
    Story(10, "The receiver hangs up at the moment of completion", handovers.receiver_vanishes),
    Story(11, "The customer's line fails: called back with context", handovers.line_fails),
    Story(12, "A closed department: a promise for its next hour", promises.closed_department),
    Story(13, "Overflow to another department", hunts.overflow),
    Story(14, "Swap and merge", handovers.swap_and_merge),
    Story(15, "A customer calls in with an open promise", promises.calls_in),
    Story(16, "A Spanish caller, by speech", hunts.spanish),
    Story(17, "Five members at one call a second", hunts.five_members),
    Story(18, "Twenty customers at once", crowd.twenty),
    Story(19, "On hold, and the agent is lost", handovers.held_and_lost),
)
