// From what the server says of a contact to what the page shows. Pure: data in, data out.

import { clockText } from "../clock.js";

const ON_THE_WAY = ["requested", "ringing", "answered"];
const HERE = ["accepted", "joined"];

/** +12025550199 as +1 202 555 0199; other numbers as they are. */
export function numberText(number) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return american ? `+1 ${american[1]} ${american[2]} ${american[3]}` : number || "Number withheld";
}

/** A sentence of the server with its numbers as people read them. */
export const readable = (text) => (text ?? "").replace(/\+1\d{10}(?!\d)/g, numberText);

/** The same with its middle hidden: who is not in the call yet needs no more to know a caller by. */
export function maskedText(number) {
  if (!number) return "Number withheld";
  if (number.includes("•")) return number; // The server has hidden it already.
  return `${number.slice(0, number.startsWith("+1") ? 2 : 3)} ••• ••• ${number.slice(-4)}`;
}

/** A saved name or `client:ana` as a name. */
export const nameText = (address) => address.replace(/^(client|sip):/, "");

/** The first letter large: departments are kept as they are spoken. */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** My newest leg of the contact that is not over, or null. */
export const myLeg = (contact, me) =>
  contact.legs.findLast((leg) => leg.address === me.identity && leg.state !== "ended" && leg.role !== "customer") ?? null;

/** Whether I have spoken with this customer, and not only been rung. */
export const tookPart = (contact, me) =>
  contact.legs.some((leg) => leg.address === me.identity && leg.outcome === "accepted");

/** Where I stand with this contact: ringing, talking or away. */
export function standing(contact, me) {
  const leg = contact && myLeg(contact, me);
  if (!leg) return "away";
  if (HERE.includes(leg.state)) return "talking";
  return ON_THE_WAY.includes(leg.state) ? "ringing" : "away";
}

const PURPOSES = {
  inbound: "A new call",
  transfer: "A colleague passes a customer on to you",
  return: "A customer comes back to you",
  promise: "A promised callback: accept, and we call the customer",
};

/** What to know before accepting. */
export function incomingFacts(contact, now) {
  const facts = [];
  const transfer = contact.transfer ?? contact.transfers.at(-1);
  if (transfer?.by) facts.push({ name: transfer.outcome ? "Spoke with before" : "Passed on by", text: transfer.by });
  const path = contact.path.join(", then ");
  if (contact.department_name) facts.push({ name: "Asked for", text: capital(contact.department_name) });
  if (path && path.toLowerCase() !== contact.department_name.toLowerCase()) facts.push({ name: "Chose in the menu", text: capital(path) });
  if (contact.waiting_since) facts.push({ name: "Waits for", text: clockText(now - contact.waiting_since) });
  if (contact.language !== "en") facts.push({ name: "Language", text: contact.language });
  return facts;
}

export const incomingTitle = (contact) => PURPOSES[contact?.hunt?.purpose] ?? "Somebody calls you";

export const noteFor = (contact) =>
  contact.transfer?.note || contact.transfers.findLast((each) => each.note)?.note || "";

const HEARD = {
  people: { kind: "good", icon: "people-fill" },
  hold: { kind: "alert", icon: "pause-fill" },
  ringing: { kind: "busy", icon: "bell-fill" },
  nothing: { kind: "calm", icon: "circle" },
};
const SPOKEN_TO = { kind: "info", icon: "megaphone-fill" };

function chipOf(leg) {
  const look = HEARD[leg.hears.split(":")[0]] ?? SPOKEN_TO;
  const words = {
    people: "Talking",
    hold: leg.held ? "On hold" : "Hears music",
    ringing: "Ringing",
    nothing: leg.state === "requested" ? "Being dialled" : "Silent",
  };
  return { ...look, word: words[leg.hears.split(":")[0]] ?? "Listening" };
}

const ROLES = { customer: "Customer", agent: "Agent", receiver: "Receiver" };

/** One card a person who is on the line or being called. */
export function parties(contact, me) {
  const order = { customer: 0, agent: 1, receiver: 2 };
  return contact.parties
    .toSorted((one, other) => order[one.role] - order[other.role])
    .map((leg) => {
      const mine = leg.address === me.identity && leg.role !== "customer";
      const name = leg.role === "customer" ? numberText(contact.customer) : leg.name || nameText(leg.address);
      return {
        id: leg.id,
        mine,
        held: leg.held,
        role: ROLES[leg.role],
        name: mine ? `${name} (you)` : name,
        icon: leg.role === "customer" ? "person-circle" : "headset",
        chip: chipOf(leg),
        says: readable(leg.hears_text),
      };
    });
}

const LATER = ["consulting", "aside", "merged", "completing"];

/** Held → Ringing → Accepted → Completed, each done, now or to come, with its own sentence. */
export function steps(contact, transfer, now) {
  const at = { holding: 0, ringing: 1, completing: 3 }[transfer.state] ?? 2;
  const place = transfer.outcome === "completed" ? 4 : at;
  const texts = [
    place > 0 ? "The customer hears music and honest news." : "The customer is being put on hold.",
    ringingText(transfer.hunt, now),
    LATER.includes(transfer.state) ? `${transfer.receiver || "The receiver"} has accepted and is here.` : "",
    transfer.state === "completing" ? "Customer and receiver are together; you are let go." : "",
  ];
  return ["Held", "Ringing", "Accepted", "Completed"].map((name, index) => ({
    name,
    text: index <= place ? texts[index] : "",
    state: index < place ? "done" : index === place ? "now" : "todo",
    said: index < place ? "done" : index === place ? "now" : "still to come",
  }));
}

function ringingText(hunt, now) {
  if (!hunt) return "";
  if (hunt.state === "planning") return "Looking for who is free.";
  if (hunt.state === "resting") return `Nobody answered in round ${hunt.round} of ${hunt.rounds}; the next one begins soon.`;
  if (!hunt.ringing.length) return "";
  const who = hunt.ringing.map((each) => each.name).join(", ");
  const left = hunt.ring_deadline ? `, ${Math.max(0, Math.ceil((hunt.ring_deadline - now) / 1000))} s left` : "";
  return `${who}: attempt ${hunt.attempt} of at most ${hunt.attempts}${left}.`;
}

const BAD_ENDS = { returned: "The customer is back with you.", promised: "A callback was promised.", ticketed: "A ticket was opened." };

/** Why the last transfer did not reach anybody, if I am with the customer again; else null. */
export function failure(contact, me) {
  const last = contact.transfers.at(-1);
  if (!last || !(last.outcome in BAD_ENDS) || last.by_address !== me.identity) return null;
  const tried = contact.legs.filter((leg) => leg.role !== "customer" && leg.outcome && leg.since >= last.requested_at);
  return {
    id: last.id,
    to: last.to,
    note: last.note,
    title: `The transfer to ${last.to.name} did not reach anybody.`,
    text: [last.explained, BAD_ENDS[last.outcome]].filter(Boolean).join(" "),
    tried: tried.map((leg) => `${leg.name || nameText(leg.address)}: ${leg.outcome.replaceAll("_", " ")}`),
  };
}

const OUTCOMES = {
  resolved: { kind: "good", icon: "check-circle-fill", word: "Resolved" },
  promise_kept: { kind: "good", icon: "calendar-check", word: "Promise kept" },
  customer_left: { kind: "calm", icon: "telephone-x-fill", word: "Customer hung up" },
  ticketed: { kind: "alert", icon: "ticket-perforated-fill", word: "Ticket" },
};

/** How a contact ended, or that it goes on, as a chip. */
export const endChip = (contact) =>
  contact.outcome ? OUTCOMES[contact.outcome] : { kind: "busy", icon: "arrow-repeat", word: "Goes on" };

/** What is said when I am off the line: what the customer has now. */
export function afterwards(contact) {
  const last = contact.transfers.at(-1);
  if (!contact.live) return contact.explained || "The contact is over.";
  if (last?.outcome === "completed") return `${last.receiver || last.to.name} has the customer now.`;
  const customer = contact.parties.find((leg) => leg.role === "customer");
  return customer ? `The customer is looked after: ${readable(customer.hears_text)}` : "The customer is looked after.";
}

// Steps of the machinery that tell people nothing.
const SILENT = ["CommandsTaken", "CommandDone", "DeadlinePassed", "Inspected", "HoldRead", "DocumentAsked"];

/** The timeline for people. */
export const told = (items) => items.filter((each) => !SILENT.includes(each.kind));
