// The routing admin: rows that come, go and move, what it means while one types, and never a lost
// word. Everything works by delegation, so that it also holds for what htmx puts in later.

import { toast } from "../js/toast.js";
import { keepTyped, forgetTyped, offerTyped } from "./keep.js";
import { listen } from "./listen.js";
import { addRow, copyDay, dragRows, moveRow, removeRow } from "./rows.js";

const PREVIEW_MS = 350;
let previewTimer = 0;

const editor = () => document.querySelector("form[data-keep]");

/** Note that the form says something else than the server, and show what that would mean. */
function changed(form) {
  form.dataset.dirty = "yes";
  form.querySelector("[data-dirty]")?.removeAttribute("hidden");
  keepTyped(form);
  if (form.dataset.preview) {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(() => preview(form), PREVIEW_MS);
  }
}

async function preview(form) {
  const target = document.getElementById("preview");
  const word = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(form.dataset.preview, {
    method: "POST",
    headers: { "X-CSRF-Token": word, "HX-Request": "true" },
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  if (answer?.ok && answer.headers.get("Content-Type")?.startsWith("text/html")) {
    target.innerHTML = await answer.text();
  }
}

/** Show only what the ticked boxes ask for, and which spans end on the next day. */
function arrange() {
  for (const part of document.querySelectorAll("[data-if], [data-unless]")) {
    const name = part.dataset.if ?? part.dataset.unless;
    const box = document.querySelector(`input[name="${name}"]`);
    part.hidden = box.checked === ("unless" in part.dataset);
  }
  for (const span of document.querySelectorAll(".span")) {
    const [start, end] = [...span.querySelectorAll("input")].map((each) => each.value);
    const next = span.querySelector("[data-nextday]");
    next.hidden = !(start && end && end !== "00:00" && end < start);
  }
  for (const list of document.querySelectorAll(".spans")) {
    if (!list.querySelector("[data-row]")) list.replaceChildren();
  }
}

function localTimes() {
  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.getAttribute("datetime"));
    time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
}

function begin() {
  localTimes();
  arrange();
  const form = editor();
  const obstacle = document.querySelector("[data-obstacle]");
  if (obstacle) obstacle.focus();
  if (!form) return;
  if (obstacle) changed(form);
  else offerTyped(form, begin);
}

const CLICKS = {
  adds: (button) => addRow(button.dataset.adds),
  remove: (button) => removeRow(button),
  up: (button) => moveRow(button, -1),
  down: (button) => moveRow(button, 1),
  copies: (button) => copyDay(button.dataset.copies, button.dataset.onto),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, summary");
  if (!button) return;
  const form = button.closest("form");
  for (const [name, act] of Object.entries(CLICKS)) {
    if (name in button.dataset) {
      act(button);
      arrange();
      changed(form);
    }
  }
  if ("opens" in button.dataset) document.querySelector(button.dataset.opens).showModal();
  if ("closes" in button.dataset) button.closest("dialog").close();
  if ("listen" in button.dataset) listen(button);
});

/** Go to the field that a problem names, or to the nearest thing around it. */
function goToField(path) {
  let place = path;
  let found = document.getElementById(`at-${place}`);
  while (!found && /[.[]/.test(place)) {
    place = place.replace(/(\.|\[)[^.[]*$/, "");
    found = document.getElementById(`at-${place}`);
  }
  found?.scrollIntoView({ block: "center" });
  found?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#at-"]');
  if (!link) return;
  event.preventDefault();
  goToField(link.getAttribute("href").slice("#at-".length));
});

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest("form[data-keep]");
    if (!form) return;
    if (event.target.dataset.reads) readFile(event.target, form);
    arrange();
    changed(form);
  });
}

async function readFile(input, form) {
  const [file] = input.files;
  if (!file) return;
  form.elements[input.dataset.reads].value = await file.text();
  changed(form);
}

dragRows((list) => changed(list.closest("form")));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  // A form that could not be saved comes back with everything that was typed.
  if (status === 409 || status === 422) {
    event.detail.shouldSwap = event.detail.target?.id === "main";
    event.detail.isError = !event.detail.shouldSwap;
  }
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.detail.elt.closest("form");
  if (event.detail.xhr.status === 204 && form) {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")?.startsWith("/?next=")) {
      toast("info", "Sign in again.", "What you typed is kept in this tab.");
    } else {
      forgetTyped(form);
    }
    delete form.dataset.dirty;
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "main") begin();
});
window.addEventListener("beforeunload", (event) => {
  if (editor()?.dataset.dirty) event.preventDefault();
});

begin();
