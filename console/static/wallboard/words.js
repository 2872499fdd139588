// Small things that all pages of the supervisor use: elements, numbers and times in words.

import { icon } from "/assets/js/toast.js";

/** An element with properties and children. Text is text: nothing here is read as HTML. */
export function h(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function chip(kind, name, text) {
  return h("span", { className: `chip chip-${kind}` }, icon(name), h("span", {}, text));
}

/** A length of time as on a clock: 0:45, 12:05, 1:02:05. */
export function clock(ms) {
  if (ms === null || ms === undefined) return "–";
  const seconds = Math.round(ms / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A length of time in minutes, with one decimal. */
export const minutes = (ms) => (ms / 60_000).toFixed(1);

const FORMS = {
  count: (value) => String(value),
  time: clock,
  share: (value) => (value === null ? "–" : `${Math.round(value * 1000) / 10} %`.replace(".0 %", " %")),
};

/** A number as a tile or a table shows it: form is count, time or share. */
export const shown = (value, form) => (value === undefined || value === null ? "–" : FORMS[form](value));

const home = document.querySelector("[data-zone]")?.dataset.zone;

/** A moment by the company's clock. */
export function moment(ms, options = { dateStyle: "medium", timeStyle: "medium" }) {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: home }).format(new Date(ms));
}

/** The values of a form as a query; `*` and empty fields are left out. */
export function query(form, extra = {}) {
  const found = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value && value !== "*") found.set(name, value);
  for (const [name, value] of Object.entries(extra)) found.set(name, value);
  return found;
}

const KINDS = { resolved: ["good", "check-circle-fill"], promise_kept: ["good", "calendar-check"], ticketed: ["alert", "ticket-perforated-fill"], customer_left: ["calm", "telephone-x-fill"] };
const SAID = { resolved: "Resolved", promise_kept: "Promise kept", ticketed: "Ticket", customer_left: "Customer left" };

export function outcomeChip(item) {
  if (item.lost) return chip("bad", "exclamation-octagon-fill", "Lost");
  if (item.outcome) return chip(...KINDS[item.outcome], SAID[item.outcome]);
  return chip("busy", "broadcast", item.state.replaceAll("_", " "));
}

export function trouble(place, refusal) {
  place.hidden = refusal === null;
  place.querySelector("div").textContent = refusal ? `${refusal.detail} ${refusal.whatToDo}` : "";
}
