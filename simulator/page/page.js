// Shows all phones and calls live, and puts a hand on each of them.
// `?phone=ADDRESS` shows one phone alone, so that each window can be one person.
"use strict";

const REST_AFTER_TROUBLE_MS = 2000;
const REST_BETWEEN_LOOKS_MS = 150;
const SHOWN_EVENTS = 200;
const LONGEST_NAME = 14;
const USUAL = new Set(["address", "greeting", "mobile"]);
const FINAL = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const CALLERS = [
  ["Rosa", "+12025550199"],
  ["Tom", "+12025550198"],
  ["Mia", "+12025550197"],
  ["Number withheld", "anonymous"],
];
const HABITS = {
  mine: {},
  accept: { answer_after: 2, press: [{ after: 2, digits: "1" }], repeat: true },
  answer: { answer_after: 2 },
  busy: { busy: true },
  never: { never_answer: true },
  voicemail: { voicemail: true },
  decline: { reject: true },
};
const only = new URLSearchParams(location.search).get("phone");
const cards = new Map();
const groups = new Map();
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

function set(place, text) {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

// Who -----------------------------------------------------------------------------------------

function phoneOf(call) {
  return call.direction === "inbound" ? call.from : call.to;
}

function named(address) {
  const caller = CALLERS.find(([, number]) => number === address);
  if (caller) {
    return caller[0];
  }
  return address.replace(/^client:/, "").replace(/^sip:/, "");
}

function kindOf(address) {
  if (address.startsWith("client:")) {
    return "softphone";
  }
  return address.startsWith("sip:") ? "SIP phone" : address;
}

// Cards ---------------------------------------------------------------------------------------

function newCard(call) {
  const card = byId("call-card").content.firstElementChild.cloneNode(true);
  const path = `calls/${call.sid}`;
  const name = named(phoneOf(call));
  for (const what of ["answer", "hangup", "drop"]) {
    card.querySelector(`.${what}`).addEventListener("click", () => act("POST", `${path}/${what}`, {}));
  }
  card.querySelector(".keys").setAttribute("aria-label", `Keys of ${name}`);
  card.querySelector(".keys").append(...KEYS.map((key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    button.addEventListener("click", () => act("POST", `${path}/digits`, { digits: key }));
    return button;
  }));
  card.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = event.target.querySelector("input");
    if (await act("POST", `${path}/speech`, { text: field.value })) {
      field.value = "";
    }
  });
  for (const button of card.querySelectorAll("button")) {
    button.setAttribute("aria-label", `${button.textContent}, ${name}`);
  }
  const own = card.querySelector(".own");
  own.href = `?phone=${encodeURIComponent(phoneOf(call))}`;
  own.target = "_blank";
  own.setAttribute("aria-label", `${name} in a window of its own`);
  return card;
}

const LOOKS = {
  rings: ["i-bell", "rings"],
  talks: ["i-people", "talks"],
  waits: ["i-music", "on hold"],
  listens: ["i-words", "listens"],
  quiet: ["i-quiet", "hears nothing"],
};

function lookOf(call) {
  if (call.answered === null && call.direction !== "inbound") {
    return "rings";
  }
  if (call.hears === "people") {
    return "talks";
  }
  if (call.hears === "hold") {
    return "waits";
  }
  return call.hears === "prompt" ? "listens" : "quiet";
}

function heard(call, names) {
  const others = call.with.map((sid) => names.get(sid) || "somebody");
  if (lookOf(call) === "rings") {
    return `Called by ${named(call.from)}. Waits for an answer.`;
  }
  const words = {
    people: others.length ? `Speaks with ${others.join(" and ")}.` : "Is in the room, alone.",
    hold: "Hears music.",
    prompt: call.gathering ? "Is asked, and may press or speak." : "Is told:",
    ringback: "Hears it ring at the other end.",
    silence: "Hears nothing.",
  };
  return words[call.hears];
}

function fill(card, call, names) {
  const phone = phoneOf(call);
  const look = lookOf(call);
  set(card.querySelector(".who"), named(phone));
  set(card.querySelector(".face"), named(phone).replace(/^\+\d+(\d\d)$/, "$1").slice(0, 2));
  const way = call.direction === "inbound" ? `called ${call.to}` : `from ${call.from}`;
  set(card.querySelector(".line"), `${kindOf(phone)}, ${way}`);
  set(card.querySelector(".hears"), heard(call, names) + (call.muted ? " Is muted." : ""));
  const said = card.querySelector(".said");
  said.hidden = !call.said;
  set(said, `${look === "listens" ? "" : "Was told before: "}“${call.said}”`);
  if (card.dataset.look !== look) {
    card.dataset.look = look;
    card.className = `card ${look}`;
    card.querySelector("use").setAttribute("href", `#${LOOKS[look][0]}`);
    set(card.querySelector(".look"), LOOKS[look][1]);
  }
  card.querySelector(".answer").hidden = look !== "rings";
  for (const part of card.querySelectorAll(".keys, .speech, .drop")) {
    part.hidden = call.answered === null;
  }
  card.querySelector(".own").hidden = only !== null;
}

// Rooms ---------------------------------------------------------------------------------------

function listOf(call) {
  if (!call.room) {
    return byId("alone");
  }
  if (!groups.has(call.room)) {
    const group = byId("room-group").content.firstElementChild.cloneNode(true);
    const name = call.room_name;
    set(group.querySelector(".room-name"), `In the room ${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name}`);
    group.querySelector(".room-name").title = name;
    groups.set(call.room, group);
    byId("rooms").prepend(group);
  }
  return groups.get(call.room).querySelector("ul");
}

function showCalls(calls) {
  const names = new Map(calls.map((call) => [call.sid, named(phoneOf(call))]));
  const shown = calls.filter((call) => only === null || phoneOf(call) === only);
  const live = shown.filter((call) => !FINAL.has(call.status));
  const ended = shown.filter((call) => FINAL.has(call.status));
  forget(live);
  for (const call of live) {
    if (!cards.has(call.sid)) {
      cards.set(call.sid, newCard(call));
    }
    const card = cards.get(call.sid);
    const place = listOf(call);
    if (card.parentNode !== place) {
      const focused = card.contains(document.activeElement) ? document.activeElement : null;
      place.append(card);
      focused?.focus();
    }
    fill(card, call, names);
  }
  for (const [room, group] of groups) {
    if (!group.querySelector(".card")) {
      group.remove();
      groups.delete(room);
    }
  }
  tell(live);
  byId("alone-group").hidden = byId("alone").children.length === 0;
  byId("no-calls").hidden = live.length > 0;
  document.body.classList.toggle("on-a-line", live.length > 0);
  set(byId("ended-count"), String(ended.length));
  list("ended", ended.slice(0, SHOWN_EVENTS).map((call) => `${call.from} → ${call.to}: ${call.status}`));
}

function forget(live) {
  const there = new Set(live.map((call) => call.sid));
  for (const [sid, card] of cards) {
    if (!there.has(sid)) {
      if (card.contains(document.activeElement)) {
        byId("lines-title").focus();
      }
      card.remove();
      cards.delete(sid);
    }
  }
}

// The status line is a live region: a screen reader says when a phone begins to ring.
function tell(live) {
  const ringing = live.filter((call) => lookOf(call) === "rings").length;
  const talking = live.length - ringing;
  set(byId("link"), `Live: ${ringing} ringing, ${talking} on a line`);
  byId("link").classList.remove("lost");
  const name = only === null ? "Phone network" : named(only);
  document.title = ringing ? `(${ringing} ringing) ${name}` : name;
}

function list(id, lines) {
  byId(id).replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

// Habits --------------------------------------------------------------------------------------

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
  set(byId("phones-count"), String(known.length));
  byId("no-phones").hidden = known.length > 0;
}

async function numbers() {
  const { numbers: known } = JSON.parse(await ask("GET", "numbers"));
  byId("numbers").replaceChildren(...known.map((number) => {
    const option = document.createElement("option");
    option.value = number.phone_number;
    option.label = number.friendly_name;
    return option;
  }));
  if (!byId("dial-to").value && known.length) {
    byId("dial-to").value = known.at(-1).phone_number;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function follow() {
  for (;;) {
    try {
      if (seen === 0) {
        await numbers();
      }
      const text = await ask("GET", `trace?after=${seen}&wait=20`);
      const events = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      if (events.length) {
        seen = events[events.length - 1].seq;
        showEvents(events);
      }
      await refresh();
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

// Hands ---------------------------------------------------------------------------------------

function choose(number) {
  byId("dial-from").value = number;
  for (const button of byId("presets").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.number === number));
  }
}

byId("presets").append(...CALLERS.map(([name, number]) => {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.number = number;
  const detail = document.createElement("small");
  detail.textContent = number;
  button.append(name, detail);
  button.addEventListener("click", () => choose(number));
  item.append(button);
  return item;
}));
byId("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "calls", { from: byId("dial-from").value, to: byId("dial-to").value });
});
byId("habit").addEventListener("submit", async (event) => {
  event.preventDefault();
  const address = byId("habit-address").value;
  if (await act("POST", "phones", { address, ...HABITS[byId("habit-kind").value] })) {
    await refresh();
  }
});
byId("all-mine").addEventListener("click", async () => {
  if (await act("DELETE", "phones")) {
    await refresh();
  }
});

choose(only ?? CALLERS[0][1]);
if (only !== null) {
  document.body.classList.add("only-one");
  byId("all").hidden = false;
  document.querySelector("h1").textContent = named(only);
}
follow();
