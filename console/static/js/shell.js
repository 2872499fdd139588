// What every page does: theme, sign-out, refusals of htmx requests.

import { remove } from "./api.js";
import { toast, toastRefusal } from "./toast.js";

const NEXT = { system: "light", light: "dark", dark: "system" };
const SAID = { system: "follows the system", light: "light", dark: "dark" };
const DRAWN = { system: "circle-half", light: "sun-fill", dark: "moon-stars-fill" };

function showTheme(button) {
  const now = window.warmlineTheme.chosen() ?? "system";
  button.setAttribute("aria-label", `Light or dark: ${SAID[now]}`);
  button.title = `Light or dark: ${SAID[now]}`;
  button.querySelector("use").setAttribute("href", `/assets/icons/icons.svg#${DRAWN[now]}`);
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  showTheme(button);
  button.addEventListener("click", () => {
    const next = NEXT[window.warmlineTheme.chosen() ?? "system"];
    window.warmlineTheme.choose(next === "system" ? null : next);
    showTheme(button);
  });
}

for (const button of document.querySelectorAll("[data-sign-out]")) {
  button.addEventListener("click", async () => {
    try {
      // A page may have something to put in order first; it adds a promise to `before`.
      const leaving = new CustomEvent("warmline:sign-out", { detail: { before: [] } });
      document.dispatchEvent(leaving);
      await Promise.allSettled(leaving.detail.before);
      await remove("/session");
      location.assign(button.dataset.signOut);
    } catch (refusal) {
      toastRefusal(refusal);
    }
  });
}

document.body.addEventListener("htmx:responseError", (event) => {
  toast("bad", "The server refused that.", `It answered ${event.detail.xhr.status}.`);
});
document.body.addEventListener("htmx:sendError", () => {
  toast("bad", "The server did not answer.", "Check the network and try again.");
});
