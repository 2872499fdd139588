// Puts one answer of GET /api/v1/board into the tiles. Used by the board and by the wall's kiosk.

import { icon } from "/assets/js/toast.js";
import { clock, h, moment, shown } from "./words.js";

const LEVELS = {
  amber: ["exclamation-triangle-fill", "watch"],
  red: ["exclamation-octagon-fill", "act now"],
};
const STALE_MS = 10_000;
const byId = (id) => document.getElementById(id);

function text(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

function at(row, path) {
  return path.split(".").reduce((value, name) => value[name], row);
}

function fillTile(tile, row) {
  const { path, form, threshold, also } = tile.dataset;
  text(tile.querySelector(".tile-value"), shown(at(row, path), form));
  if (also) text(tile.querySelector(".tile-also"), shown(at(row, also), "count"));
  const level = row.levels[threshold] ?? "";
  if (tile.dataset.level === level) return;
  tile.dataset.level = level;
  const place = tile.querySelector(".tile-level");
  const [name, word] = LEVELS[level] ?? [];
  place.hidden = !name;
  place.replaceChildren(...(name ? [icon(name), h("span", { className: "word" }, ` ${word}`)] : []));
}

const PEOPLE = [["talking", "talking"], ["available", "free"], ["busy", "busy"], ["break", "on a break"], ["wrap_up", "wrapping up"], ["offline", "offline"], ["unknown", "no status"]];
const STAGES = [["holding", "holding"], ["ringing", "ringing"], ["consulting", "consulting"], ["aside", "aside"], ["merged", "all together"], ["completing", "completing"]];

function counted(values, names, none) {
  return names.filter(([key]) => values[key]).map(([key, word]) => `${values[key]} ${word}`).join(", ") || none;
}

function fillDepartment(card, row) {
  text(card.querySelector(".people"), counted(row.agents, PEOPLE, "nobody"));
  text(card.querySelector(".passing"), counted(row.live.transfers, STAGES, "none"));
  const day = row.today;
  const level = shown(day.service_level, "share");
  text(card.querySelector(".day"), `${day.offered} offered, ${day.answered} answered, ${day.abandoned} abandoned, ${level} in time, ${day.lost} lost`);
  const open = card.querySelector(".department-open");
  if (open.dataset.open !== String(row.open)) {
    open.dataset.open = String(row.open);
    open.className = `department-open chip chip-${row.open ? "good" : "calm"}`;
    open.replaceChildren(icon(row.open ? "door-open-fill" : "door-closed-fill"), row.open ? "Open" : "Closed");
  }
}

/** Show the board. */
export function fill(board) {
  const rows = new Map([board.total, ...board.departments].map((row) => [row.key, row]));
  for (const list of document.querySelectorAll("dl[data-row]")) {
    const row = rows.get(list.dataset.row);
    if (row) for (const tile of list.querySelectorAll(".tile")) fillTile(tile, row);
  }
  for (const card of document.querySelectorAll("[data-department]")) {
    const row = rows.get(card.dataset.department);
    if (row) fillDepartment(card, row);
  }
  text(byId("company"), board.company);
  text(byId("clock"), moment(board.at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
}

/** Tickets that nobody has taken, in one loud line. */
export function alarm(board) {
  const place = byId("alarm");
  const count = board.tickets_open;
  place.hidden = count === 0;
  if (count === 0) return;
  const waits = clock(Math.max(0, board.at - board.oldest_ticket_at));
  const words = `${count} ${count === 1 ? "ticket waits" : "tickets wait"} for somebody to take ${count === 1 ? "it" : "them"}. The oldest for ${waits}.`;
  if (place.dataset.count !== String(count)) {
    place.dataset.count = String(count);
    place.replaceChildren(icon("bell-fill"), h("span"));
  }
  // Read aloud when the number changes, not with each second.
  place.querySelector("span").textContent = words;
}

/** Watches how old the figures are. `fresh()` after each answer, `failed(why)` after each failure. */
export function freshness() {
  let last = Date.now();
  let why = "";
  const place = byId("stale");
  const state = byId("link-state");
  const show = () => {
    const age = Date.now() - last;
    const stale = age > STALE_MS || why !== "";
    place.hidden = !stale;
    document.getElementById("wallboard").classList.toggle("is-stale", stale);
    if (stale) text(place.querySelector("div"), `${why || "No news has come."} These figures are ${Math.round(age / 1000)} s old. Trying again.`);
    const now = stale ? "late" : "live";
    if (state.dataset.state !== now) {
      state.dataset.state = now;
      state.className = `chip chip-${stale ? "bad" : "good"}`;
      state.replaceChildren(icon(stale ? "wifi-off" : "broadcast"), stale ? "Late" : "Live");
    }
  };
  setInterval(show, 1000);
  return {
    fresh() {
      last = Date.now();
      why = "";
      show();
    },
    failed(reason) {
      why = reason;
      show();
    },
  };
}
