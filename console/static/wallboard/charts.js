// A uPlot chart and, beside it, the same numbers as a table: nobody has to read a picture.

import { h, shown } from "./words.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const HEIGHT = 260;
const charts = new Map();

function axis() {
  return { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, font: "13px system-ui" };
}

function series(column, few) {
  const stroke = colour(column.colour);
  const drawn = column.bars
    ? { paths: uPlot.paths.bars({ size: [0.7, 60] }), fill: stroke, points: { show: false } }
    : { width: 2.5, dash: column.dash, points: { show: few, size: 6, fill: stroke } };
  return { label: column.label, stroke, ...drawn };
}

/** Draw rows into `place`. Columns: {key, label, form, colour, bars, dash}; one scale for all. */
export function draw(place, rows, columns) {
  charts.get(place)?.chart.destroy();
  const drawn = columns.filter((column) => column.colour);
  const times = rows.map((_, number) => number);
  const share = drawn.every((column) => column.form === "share");
  const data = [times, ...drawn.map((column) => rows.map((row) => (row[column.key] === null ? null : row[column.key] * (share ? 100 : 1))))];
  const every = Math.max(1, Math.ceil(rows.length / Math.max(1, Math.floor((place.clientWidth - 80) / 90))));
  const labels = (_, splits) => splits.map((split) => (Number.isInteger(split) && split % every === 0 ? (rows[split]?.label ?? "").split(" to ")[0] : ""));
  const options = {
    width: Math.max(240, place.clientWidth),
    height: HEIGHT,
    scales: { x: { time: false, range: [-0.6, rows.length - 0.4] }, y: { range: (_, low, high) => [0, share ? 100 : Math.max(4, high * 1.1)] } },
    axes: [{ ...axis(), splits: times, values: labels, grid: { show: false } }, { ...axis(), size: 58, values: (_, splits) => splits.map((split) => (share ? `${split} %` : Number.isInteger(split) ? split : "")) }],
    series: [{}, ...drawn.map((column) => series(column, rows.length < 16))],
    cursor: { show: false },
    legend: { show: true, live: false },
  };
  charts.set(place, { chart: new uPlot(options, data, place), rows, columns });
}

/** The same rows as a table into `place`, with the total last. */
export function table(place, head, rows, columns, total) {
  const cells = (row) => columns.map((column) => h("td", { className: "number" }, shown(row[column.key], column.form)));
  const line = (row, label) => h("tr", {}, h("th", { scope: "row" }, label), cells(row));
  place.replaceChildren(
    h("table", { className: "table table-sm" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, head), columns.map((column) => h("th", { scope: "col" }, column.label)))),
      h("tbody", {}, rows.map((row) => line(row, row.label))),
      h("tfoot", {}, total ? line(total, "All") : null),
    ),
  );
}

const again = () => {
  for (const [place, { rows, columns }] of charts) draw(place, rows, columns);
};
let waiting = 0;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(again, 150);
});
new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
