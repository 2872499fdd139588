// Shows all phones and calls live, and puts a hand on each of them.
"use strict";

const REST_AFTER_TROUBLE_MS = 2000;
const REST_BETWEEN_LOOKS_MS = 150;
const SHOWN_EVENTS = 200;
const USUAL = new Set(["address", "greeting", "mobile"]);
const FINAL = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);
const cards = new Map();
let seen = 0;

const byId = (id) => document.getElementById(id);

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(problem(text) || `${method} ${path} answered ${answer.status}`);
  }
  return text;
}

function problem(text) {
  try {
    const body = JSON.parse(text);
    return body.message || body.error || "";
  } catch {
    return text.slice(0, 200);
  }
}

async function act(method, path, body) {
  try {
    await ask(method, path, body);
    byId("notice").textContent = "";
    return true;
  } catch (error) {
    byId("notice").textContent = error.message;
    return false;
  }
}

// Cards ---------------------------------------------------------------------------------------

function newCard(call) {
  const card = byId("call-card").content.firstElementChild.cloneNode(true);
  const path = `calls/${call.sid}`;
  card.querySelector("h3").textContent = `${call.from} → ${call.to}`;
  card.querySelector(".answer").addEventListener("click", () => act("POST", `${path}/answer`, {}));
  card.querySelector(".hangup").addEventListener("click", () => act("POST", `${path}/hangup`, {}));
  for (const name of ["digits", "speech"]) {
    card.querySelector(`form.${name}`).addEventListener("submit", async (event) => {
      event.preventDefault();
      const field = event.target.querySelector("input");
      if (await act("POST", `${path}/${name}`, { [field.name]: field.value })) {
        field.value = "";
      }
    });
  }
  for (const button of card.querySelectorAll("button")) {
    button.setAttribute("aria-label", `${button.textContent}, ${call.from} to ${call.to}`);
  }
  return card;
}

function fill(card, call, names) {
  const others = call.with.map((sid) => names.get(sid) || sid);
  const set = (selector, text) => {
    const place = card.querySelector(selector);
    if (place.textContent !== text) {
      place.textContent = text;
    }
  };
  const where = call.room_name ? ` in ${call.room_name}` : "";
  const flags = [call.hold && "on hold", call.muted && "muted"].filter(Boolean);
  set(".state", [`${call.direction}, ${call.status}${where}`, ...flags].join(", "));
  set(".hears", heard(call));
  set(".with", others.join(", ") || "nobody");
  const ringing = call.status === "ringing" && call.direction !== "inbound";
  card.querySelector(".answer").hidden = !ringing;
  for (const form of card.querySelectorAll("form")) {
    form.hidden = call.status !== "in-progress";
  }
}

function heard(call) {
  if (call.answered === null && call.direction !== "inbound") {
    return "nothing yet";
  }
  return call.hears === "prompt" && call.said ? `“${call.said}”` : call.hears;
}

function showCalls(calls) {
  const live = calls.filter((call) => !FINAL.has(call.status));
  const ended = calls.filter((call) => FINAL.has(call.status));
  const names = new Map(calls.map((call) => [call.sid, otherEnd(call)]));
  for (const [sid, card] of cards) {
    if (!live.some((call) => call.sid === sid)) {
      if (card.contains(document.activeElement)) {
        byId("calls-title").focus();
      }
      card.remove();
      cards.delete(sid);
    }
  }
  for (const call of live) {
    if (!cards.has(call.sid)) {
      const card = newCard(call);
      cards.set(call.sid, card);
      byId("calls").prepend(card);
    }
    fill(cards.get(call.sid), call, names);
  }
  tell(live);
  byId("no-calls").hidden = live.length > 0;
  byId("ended-count").textContent = String(ended.length);
  list("ended", ended.slice(0, SHOWN_EVENTS).map(
    (call) => `${call.from} → ${call.to}: ${call.status}`,
  ));
}

// The status line is a live region: a screen reader says when a phone begins to ring.
function tell(live) {
  const ringing = live.filter((call) => call.status === "ringing").length;
  const text = `Live: ${ringing} ringing, ${live.length - ringing} other calls`;
  if (byId("link").textContent !== text) {
    byId("link").textContent = text;
    document.title = ringing ? `(${ringing} ringing) Phone network` : "Phone network";
  }
}

function otherEnd(call) {
  return call.direction === "inbound" ? call.from : call.to;
}

function list(id, lines) {
  byId(id).replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

function behaviour(phone) {
  const parts = Object.entries(phone)
    .filter(([name, value]) => !USUAL.has(name) && value !== false && value !== null)
    .filter(([, value]) => !Array.isArray(value) || value.length)
    .map(([name, value]) => `${name.replaceAll("_", " ")}${value === true ? "" : ` ${plain(value)}`}`);
  return `${phone.address}: ${parts.join(", ") || "rings"}`;
}

function plain(value) {
  return Array.isArray(value) ? value.map((item) => item.what).join(" then ") : String(value);
}

// What happened -------------------------------------------------------------------------------

function showEvents(events) {
  const items = events.slice(-SHOWN_EVENTS).reverse().map((event) => {
    const { seq, t, kind, ...rest } = event;
    const item = document.createElement("li");
    const when = document.createElement("span");
    when.className = "when";
    when.textContent = `${t.toFixed(1)} s`;
    const fields = Object.entries(rest).map(([name, value]) => `${name} ${short(value)}`);
    item.append(when, ` ${kind} `, fields.join(", "));
    return item;
  });
  const trace = byId("trace");
  trace.prepend(...items);
  while (trace.children.length > SHOWN_EVENTS) {
    trace.lastElementChild.remove();
  }
}

function short(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function refresh() {
  const [calls, phones] = await Promise.all([ask("GET", "calls"), ask("GET", "phones")]);
  showCalls(JSON.parse(calls).calls);
  const known = JSON.parse(phones).phones;
  list("phones", known.map(behaviour));
  byId("no-phones").hidden = known.length > 0;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function follow() {
  for (;;) {
    try {
      const text = await ask("GET", `trace?after=${seen}&wait=20`);
      const events = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      if (events.length) {
        seen = events[events.length - 1].seq;
        showEvents(events);
      }
      await refresh();
      byId("link").classList.remove("lost");
      await pause(REST_BETWEEN_LOOKS_MS);
    } catch (error) {
      byId("link").textContent = `The network does not answer (${error.message}). Trying again…`;
      byId("link").classList.add("lost");
      // It may come back as a new network, whose events count from one again.
      seen = 0;
      byId("trace").replaceChildren();
      await pause(REST_AFTER_TROUBLE_MS);
    }
  }
}

byId("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "calls", { from: byId("dial-from").value, to: byId("dial-to").value });
});

follow();
