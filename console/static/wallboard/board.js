// The wallboard: refreshed on live events, once a second at most, and on a beat of its own.

import { ask, get, post, remove } from "/assets/js/api.js";
import { listen } from "/assets/js/live.js";
import { icon, toast, toastRefusal } from "/assets/js/toast.js";
import { draw, table } from "./charts.js";
import { alarm, fill, freshness } from "./render.js";
import { allowed, isWanted, ring, want } from "./ring.js";
import { clock, h } from "./words.js";

const AT_MOST_MS = 1000;
const BEAT_MS = 3000;
const CHART_MS = 30_000;
const byId = (id) => document.getElementById(id);
const age = freshness();
let asked = 0;
let planned = 0;

// -- the numbers ------------------------------------------------------------------------------

async function refresh() {
  clearTimeout(planned);
  planned = 0;
  asked = Date.now();
  try {
    const [board, alerts] = await Promise.all([get("/board"), get("/board/alerts")]);
    fill(board);
    alarm(board);
    tickets(alerts, board.at);
    age.fresh();
    // While somebody waits, their waiting time moves on each second.
    const busy = board.total.live.waiting + board.total.live.on_hold + board.tickets_open > 0;
    soon(busy ? AT_MOST_MS : BEAT_MS);
  } catch (refusal) {
    age.failed(refusal.detail);
    soon(BEAT_MS);
  }
}

function soon(wait) {
  if (!planned) planned = setTimeout(refresh, wait);
}

function news() {
  clearTimeout(planned);
  planned = 0;
  soon(Math.max(0, asked + AT_MOST_MS - Date.now()));
}

listen({ onContact: news, onReset: news, onState: () => {} });
refresh();

// -- tickets ----------------------------------------------------------------------------------

function tickets(alerts, now) {
  ring(alerts.tickets.length > 0);
  sound();
  const places = new Map([...byId("tickets").children].map((item) => [item.dataset.id, item]));
  const wanted = alerts.tickets.map((ticket) => {
    const item = places.get(ticket.id) ?? newTicket(ticket);
    item.querySelector(".age").textContent = `waits ${clock(Math.max(0, now - ticket.created_at))}`;
    return item;
  });
  const same = wanted.length === byId("tickets").children.length && wanted.every((item) => item.parentNode);
  if (!same) byId("tickets").replaceChildren(...wanted);
  byId("no-tickets").hidden = wanted.length > 0;
}

function newTicket(ticket) {
  const name = ticket.customer || "a caller without a number";
  const take = h("button", { type: "button", className: "btn btn-primary btn-sm" }, "I take it");
  take.setAttribute("aria-label", `I take the ticket of ${name}`);
  take.addEventListener("click", async () => {
    take.disabled = true;
    try {
      await post(`/tickets/${ticket.id}/take`);
      toast("good", `The ticket of ${name} is yours.`, "Call them, then close it under their contact.");
      byId("tickets-title").focus();
    } catch (refusal) {
      toastRefusal(refusal);
    }
    refresh();
  });
  return h("li", { "data-id": ticket.id },
    h("div", {}, h("strong", {}, name), ` ${ticket.department}: ${ticket.explained} `, h("span", { className: "age muted number" })),
    h("span", { className: "row-w" }, h("a", { href: `/wallboard/contacts/${ticket.contact}` }, "What happened"), take));
}

function sound() {
  const button = byId("sound");
  const state = !isWanted() ? "off" : allowed() ? "on" : "blocked";
  if (button.dataset.state === state) return;
  button.dataset.state = state;
  button.setAttribute("aria-pressed", String(isWanted()));
  const words = { on: "Tickets ring", off: "Tickets are silent", blocked: "Press to let tickets ring" };
  button.replaceChildren(icon(state === "on" ? "bell-fill" : "bell-slash-fill"), words[state]);
}

byId("sound").addEventListener("click", () => {
  want(byId("sound").dataset.state === "blocked" ? true : !isWanted());
  setTimeout(sound, 100);
});

// -- today's chart ----------------------------------------------------------------------------

const COLUMNS = [
  { key: "offered", label: "Offered", form: "count", colour: "--line-strong", bars: true },
  { key: "answered", label: "Answered", form: "count", colour: "--good" },
  { key: "abandoned", label: "Abandoned", form: "count", colour: "--bad", dash: [6, 4] },
  { key: "service_level", label: "In time", form: "share" },
  { key: "average_answer_ms", label: "Speed", form: "time" },
];

async function day() {
  try {
    const report = await get("/reports/hours");
    draw(byId("day-chart"), report.rows, COLUMNS);
    table(byId("day-table"), "Hour", report.rows.filter((row) => row.offered), COLUMNS, report.total);
  } catch (refusal) {
    byId("day-table").textContent = refusal.detail;
  }
}

setInterval(day, CHART_MS);
addEventListener("load", day);

// -- full screen ------------------------------------------------------------------------------

byId("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch((error) => toast("bad", "The browser does not allow full screen.", error.message));
});
document.addEventListener("fullscreenchange", () => {
  document.body.classList.toggle("kiosk", document.fullscreenElement !== null);
});

// -- links for the wall -----------------------------------------------------------------------

const sheet = byId("kiosk-sheet");

async function kiosks() {
  const { items } = await get("/board/kiosks");
  byId("kiosk-list").replaceChildren(...items.map((kiosk) => {
    const end = h("button", { type: "button", className: "btn btn-bad btn-sm" }, "End it");
    end.setAttribute("aria-label", `End the link ${kiosk.label}`);
    end.addEventListener("click", () => sheetDoes(async () => remove(`/board/kiosks/${kiosk.id}`)));
    return h("li", {}, h("div", {}, h("strong", {}, kiosk.label), ` by ${kiosk.by}`), end);
  }));
}

async function sheetDoes(act) {
  try {
    await act();
    await kiosks();
  } catch (refusal) {
    toastRefusal(refusal);
  }
}

byId("kiosks").addEventListener("click", () => {
  byId("kiosk-new").hidden = true;
  sheet.showModal();
  sheetDoes(async () => {});
});
byId("kiosk-close").addEventListener("click", () => sheet.close());
byId("kiosk-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sheetDoes(async () => {
    const made = await ask("POST", "/board/kiosks", { label: byId("kiosk-label").value });
    byId("kiosk-link").value = new URL(made.path, location.origin).href;
    byId("kiosk-new").hidden = false;
    byId("kiosk-label").value = "";
    byId("kiosk-link").select();
  });
});
byId("kiosk-copy").addEventListener("click", async () => {
  byId("kiosk-link").select();
  try {
    await navigator.clipboard.writeText(byId("kiosk-link").value);
    toast("good", "The link is copied.");
  } catch {
    toast("info", "The link is selected; copy it with the keyboard.");
  }
});
