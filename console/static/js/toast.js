// Short news at the edge of the page, read aloud by screen readers.

const SHOWN_MS = 7_000;
const ICONS = { good: "check-circle-fill", info: "info-circle-fill", bad: "exclamation-octagon-fill" };

/** An icon of the sprite as an element. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/assets/icons/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Show a sentence; kind: good, info or bad. Bad news stays until it is closed, and is said once. */
export function toast(kind, text, more = "") {
  const all = document.getElementById("toasts");
  const key = `${kind} ${text} ${more}`;
  if ([...all.children].some((shown) => shown.dataset.key === key)) return;
  const item = document.createElement("div");
  item.className = `toast-w notice notice-${kind}`;
  item.dataset.key = key;
  const words = document.createElement("div");
  const first = document.createElement("strong");
  first.textContent = text;
  words.append(first);
  if (more) words.append(` ${more}`);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", "Close this message");
  close.addEventListener("click", () => item.remove());
  item.append(icon(ICONS[kind] ?? ICONS.info), words, close);
  all.append(item);
  if (kind !== "bad") setTimeout(() => item.remove(), SHOWN_MS);
}

/** Show what the server refused (a `Refusal` of api.js). */
export const toastRefusal = (refusal) => toast("bad", refusal.detail, refusal.whatToDo);
