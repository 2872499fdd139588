// The contacts behind a number, or of one customer; each leads to its timeline.

import { get } from "/assets/js/api.js";
import { clock, h, moment, outcomeChip, query, trouble } from "./words.js";

const byId = (id) => document.getElementById(id);
const form = byId("filters");
let following = null;
let count = 0;
let newest = 0;

function path(cursor) {
  const asked = query(form, { limit: 50, ...(cursor ? { cursor } : {}) });
  const customer = asked.get("customer");
  if (!customer && asked.get("figure") !== "live") {
    asked.delete("customer");
    return `/reports/contacts?${asked}`;
  }
  if (!customer) asked.set("state", "live");
  for (const name of ["figure", "from_day", "to_day"]) asked.delete(name);
  return `/contacts?${asked}`;
}

function row(item) {
  const name = item.customer || "number withheld";
  const waited = item.waited_ms ?? (item.waiting_since ? Date.now() - item.waiting_since : null);
  const why = item.lost_explained || item.explained || "";
  return h("tr", {},
    h("td", { className: "number" }, moment(item.started_at, { dateStyle: "medium", timeStyle: "short" })),
    h("td", {}, h("a", { href: `/wallboard/contacts/${item.id}`, className: "number" }, name)),
    h("td", {}, item.department_name || "in the menu"),
    h("td", { className: "number" }, clock(waited)),
    h("td", {}, item.with_whom.join(", ") || "–"),
    h("td", {}, outcomeChip(item), why ? h("span", { className: "why muted small-w" }, ` ${why}`) : null));
}

async function find(cursor = null) {
  // Only the newest question is answered; an older answer may come later.
  newest += 1;
  const mine = newest;
  try {
    const page = await get(path(cursor));
    if (mine !== newest) return;
    if (!cursor) {
      byId("rows").replaceChildren();
      count = 0;
    }
    byId("rows").append(...page.items.map(row));
    count += page.items.length;
    following = page.next;
    byId("more").hidden = following === null;
    byId("nothing").hidden = count > 0;
    byId("count").textContent = `${count}${following ? " and more" : ""} ${count === 1 ? "contact" : "contacts"}, newest first.`;
    history.replaceState(null, "", `?${query(form)}`);
    trouble(byId("trouble"), null);
  } catch (refusal) {
    if (mine !== newest) return;
    trouble(byId("trouble"), refusal);
    byId("count").textContent = "";
  }
}

for (const [name, value] of new URLSearchParams(location.search)) {
  if (form.elements[name]) form.elements[name].value = value;
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});
form.addEventListener("change", () => find());
byId("more").addEventListener("click", () => find(following));
find();
