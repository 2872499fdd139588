// A screen on the wall. The word behind the # of the address is its only key, and it only reads.

import { alarm, fill, freshness } from "./render.js";

const BEAT_MS = 2000;
const TIMEOUT_MS = 8000;
const age = freshness();
document.documentElement.dataset.bsTheme = "dark";

async function refresh() {
  const word = location.hash.slice(1);
  try {
    const answer = await fetch("/api/v1/board", {
      headers: { Authorization: `Bearer ${word}`, Accept: "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      credentials: "omit",
    });
    if (answer.status === 401 || answer.status === 403) {
      document.getElementById("wallboard").classList.add("is-ended");
      age.failed("This link has ended. Ask a supervisor for a new one.");
    } else if (answer.ok) {
      document.getElementById("wallboard").classList.remove("is-ended");
      const board = await answer.json();
      fill(board);
      alarm(board);
      age.fresh();
    } else {
      age.failed(`The server answered ${answer.status}.`);
    }
  } catch {
    age.failed("The server did not answer.");
  }
  setTimeout(refresh, BEAT_MS);
}

addEventListener("hashchange", () => location.reload());
refresh();
