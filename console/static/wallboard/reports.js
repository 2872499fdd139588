// Reports: two charts, each with its table, and the CSV of the same question.

import { get } from "/assets/js/api.js";
import { draw, table } from "./charts.js";
import { h, minutes, query, trouble } from "./words.js";

const VOLUME = [
  { key: "offered", label: "Offered", form: "count", colour: "--line-strong", bars: true },
  { key: "answered", label: "Answered", form: "count", colour: "--good" },
  { key: "abandoned", label: "Abandoned", form: "count", colour: "--bad", dash: [6, 4] },
  { key: "transfers", label: "Transfers", form: "count", colour: "--busy", dash: [2, 3] },
  { key: "promises", label: "Promises", form: "count" },
  { key: "lost", label: "Lost", form: "count" },
];
const QUALITY = [
  { key: "service_level", label: "Service level", form: "share", colour: "--good" },
  { key: "transfer_success", label: "Transfers kept", form: "share", colour: "--busy", dash: [8, 4] },
  { key: "no_answer_share", label: "Rang in vain", form: "share", colour: "--bad", dash: [2, 3] },
  { key: "promises_on_time_share", label: "Promises on time", form: "share" },
  { key: "resolved_first_share", label: "First contact", form: "share" },
  { key: "average_answer_ms", label: "Speed of answer", form: "time" },
];
const byId = (id) => document.getElementById(id);
const form = byId("filters");
const DAYS_BACK = { weeks: 55, days: 13, departments: 6, hours: 0 };

function iso(date) {
  return date.toISOString().slice(0, 10);
}

// The company's day; after its evening it is tomorrow already in UTC.
function today() {
  const zone = document.querySelector("[data-zone]").dataset.zone;
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date());
}

function stretch() {
  const to = new Date(byId("to_day").value || today());
  byId("to_day").value = iso(to);
  const from = new Date(to);
  from.setUTCDate(from.getUTCDate() - DAYS_BACK[byId("kind").value]);
  byId("from_day").value = iso(from);
}

// What agents noted: codes down, departments across. Words of theirs and the routing's are text.
function wrapUps(place, report) {
  const codes = new Map(report.rows.map((row) => [row.code, row.name || "Only a note"]));
  const departments = new Map(report.rows.map((row) => [row.department, row.department_name || "No department"]));
  const cell = (rows) => {
    const count = rows.reduce((sum, row) => sum + row.count, 0);
    const took = rows.reduce((sum, row) => sum + row.took_ms, 0);
    return h("td", { className: "number" }, count ? [`${count} `, h("span", { className: "muted" }, `${minutes(took)} min`)] : "–");
  };
  const line = (label, rows) => h("tr", {}, h("th", { scope: "row" }, label),
    [...departments.keys()].map((key) => cell(rows.filter((row) => row.department === key))), cell(rows));
  const head = ["Code", ...departments.values(), "All"].map((text) => h("th", { scope: "col" }, text));
  const body = [...codes].map(([key, name]) => line(name, report.rows.filter((row) => row.code === key)));
  const none = h("p", { className: "muted" }, "Nothing was noted in these days.");
  const whole = h("table", { className: "table table-sm" },
    h("thead", {}, h("tr", {}, head)), h("tbody", {}, body), h("tfoot", {}, line("All", report.rows)));
  place.replaceChildren(report.rows.length ? whole : none);
}

let newest = 0;

async function show() {
  // Whoever changes the question twice is shown the answer to the second, whichever comes first.
  newest += 1;
  const mine = newest;
  const asked = query(form);
  const kind = asked.get("kind");
  asked.delete("kind");
  if (kind === "hours") asked.set("from_day", asked.get("to_day"));
  const path = `/reports/${kind}?${asked}`;
  history.replaceState(null, "", `?${query(form)}`);
  try {
    const report = await get(path);
    if (mine !== newest) return;
    for (const [name, columns] of [["volume", VOLUME], ["quality", QUALITY]]) {
      draw(byId(name), report.rows, columns);
      const head = { weeks: "Week", days: "Day", hours: "Hour", departments: "Department" }[kind];
      table(byId(`${name}-table`), head, report.rows, columns, report.total);
    }
    const about = await get(`/reports/wrap-ups?${asked}`);
    if (mine !== newest) return;
    wrapUps(byId("wrap-ups-table"), about);
    byId("zone").textContent = report.timezone;
    byId("target").textContent = `${report.target_ms / 1000} s`;
    asked.set("format", "csv");
    byId("csv").href = `/api/v1/reports/${kind}?${asked}`;
    byId("wrap-ups-csv").href = `/api/v1/reports/wrap-ups?${asked}`;
    trouble(byId("trouble"), null);
  } catch (refusal) {
    if (mine === newest) trouble(byId("trouble"), refusal);
  }
}

const given = new URLSearchParams(location.search);
for (const [name, value] of given) if (form.elements[name]) form.elements[name].value = value;
if (!given.get("from_day")) stretch();
byId("kind").addEventListener("change", stretch);
form.addEventListener("change", show);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("load", show);
