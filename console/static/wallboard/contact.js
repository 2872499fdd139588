// One contact: how it stands, why, and everything that happened, live while it lives.

import { get, post, remove } from "/assets/js/api.js";
import { listen } from "/assets/js/live.js";
import { icon, toast, toastRefusal } from "/assets/js/toast.js";
import { chip, clock, h, moment, outcomeChip, trouble } from "./words.js";

const AT_MOST_MS = 1000;
const byId = (id) => document.getElementById(id);
const id = byId("contact").dataset.contact;
// Steps of the machinery; people ask for them only when they look closely.
const QUIET = new Set(["CommandsTaken", "CommandDone", "DialPlaced", "DocumentAsked", "HoldRead", "CandidatesFound", "DeadlinePassed", "Inspected", "RoomHeld", "RoomUnheld"]);
const ICONS = {
  CustomerCalled: "telephone-inbound-fill", MenuHeard: "list", DepartmentChosen: "signpost-split-fill", DepartmentClosed: "door-closed-fill", CustomerChose: "chat-quote-fill",
  MessageRecorded: "chat-left-text-fill", LegRang: "bell-fill", LegAnswered: "telephone-fill", LegAccepted: "check-circle-fill", LegDeclined: "x-circle-fill",
  LegEnded: "telephone-x-fill", RoomJoined: "people-fill", RoomLeft: "door-open-fill", TransferAsked: "arrow-left-right", CompleteAsked: "check-lg", CancelAsked: "arrow-return-left",
  PromiseWritten: "calendar-check", TicketOpened: "ticket-perforated-fill", CommandFailed: "exclamation-triangle-fill", DialRefused: "telephone-x-fill",
};
let planned = 0;
let asked = 0;

function heading(contact) {
  byId("who").textContent = contact.customer || "Number withheld";
  document.title = `${contact.customer || "Contact"} · Warmline`;
  const name = contact.department_name || "in the menu";
  const where = name.charAt(0).toUpperCase() + name.slice(1);
  byId("line").textContent = `${where}, called ${contact.dialled}, ${moment(contact.started_at)}`;
  byId("outcome").replaceChildren(outcomeChip(contact));
}

function facts(pairs) {
  return h("dl", { className: "facts" }, pairs.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]).flat());
}

// The stage after each step says whether the customer was without a person until the next one.
const WITHOUT_A_PERSON = new Set(["seeking", "choosing", "promising", "transfer", "restoring"]);

function waited(steps) {
  const each = steps.slice(1).map((step, place) => (WITHOUT_A_PERSON.has(steps[place].data.stage) ? step.at - steps[place].at : 0));
  return each.reduce((sum, ms) => sum + ms, 0);
}

function why(contact, told) {
  const passed = contact.transfers.map((transfer) => `${transfer.mode} to ${transfer.to.name || transfer.to.value} by ${transfer.by || "an agent"}: ${transfer.outcome || transfer.state}${transfer.explained ? ` (${transfer.explained})` : ""}`);
  const promise = contact.promise ? `${contact.promise.state}, due ${moment(contact.promise.due_from)}, ${contact.promise.attempts} of ${contact.promise.max_attempts} tries` : "";
  byId("why").replaceChildren(
    h("p", { className: "lead-w" }, contact.explained || contact.say_this_first),
    facts([
      ["Ended", contact.ended_at ? moment(contact.ended_at) : ""],
      ["Waited in all", clock(waited(told.items))],
      ["Asked for", contact.path.join(", then ")],
      ["Passed on", passed.join("; ")],
      ["Promise", promise],
      ["Ticket", contact.ticket],
      ["Next step", contact.next_action.replaceAll("_", " ")],
    ]),
  );
  if (contact.ticket) byId("why").append(ticketButtons(contact.ticket));
}

function ticketButtons(ticket) {
  const act = (verb, words, done) => {
    const button = h("button", { type: "button", className: "btn btn-quiet btn-sm" }, words);
    button.addEventListener("click", async () => {
      try {
        await post(`/tickets/${ticket}/${verb}`);
        toast("good", done);
      } catch (refusal) {
        toastRefusal(refusal);
      }
    });
    return button;
  };
  return h("p", { className: "row-w ticket-actions" }, act("take", "I take the ticket", "The ticket is yours."), act("close", "The customer is looked after", "The ticket is closed."));
}

const STATES = { requested: ["calm", "telephone-outbound"], ringing: ["alert", "bell-fill"], answered: ["busy", "telephone-fill"], accepted: ["busy", "check-lg"], joined: ["good", "people-fill"] };

function parties(contact) {
  const items = contact.parties.map((leg) => h("li", {},
    h("div", {}, h("strong", {}, leg.name || leg.address.replace("client:", "") || leg.role), h("span", { className: "muted" }, ` ${leg.role}`)),
    chip(...STATES[leg.state], leg.held ? "on hold" : leg.state), h("span", { className: "muted small-w" }, leg.hears_text)));
  byId("parties").replaceChildren(...(items.length ? items : [h("li", { className: "muted" }, "Nobody any more.")]));
}

const MODES = { listen: "You listen; nobody hears you.", whisper: "Only the agent hears you.", join: "Everybody hears you." };

async function supervision(contact) {
  const talks = contact.live && contact.parties.some((leg) => leg.role === "agent" && leg.state === "joined");
  byId("supervise").hidden = !talks;
  if (!talks) return;
  const now = await get(`/contacts/${id}/supervision`);
  byId("supervise-words").textContent = now.mode ? `${MODES[now.mode]} (${now.by})` : "Your softphone rings; open it in another window and answer. The customer is told nothing, and loses nothing when you leave.";
  byId("leave").hidden = !now.mode;
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === now.mode));
}

async function supervisorDoes(act) {
  try {
    await act();
  } catch (refusal) {
    toastRefusal(refusal);
  }
  refresh();
}

function timeline(told) {
  const first = told.items[0]?.at ?? 0;
  byId("timeline").replaceChildren(...told.items.map((entry) => h("li", { className: QUIET.has(entry.kind) ? "quiet" : "" },
    h("span", { className: "when number", title: moment(entry.at) }, `+${clock(entry.at - first)}`),
    h("span", { className: "mark" }, icon(ICONS[entry.kind] ?? "circle-fill")), h("span", {}, entry.sentence))));
}

async function everything() {
  const all = { items: [] };
  for (let cursor = null, first = true; first || cursor; first = false) {
    const page = await get(`/contacts/${id}/timeline?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    all.items.push(...page.items);
    cursor = page.next;
  }
  return all;
}

async function refresh() {
  planned = 0;
  asked = Date.now();
  try {
    const [contact, told] = await Promise.all([get(`/contacts/${id}`), everything()]);
    heading(contact);
    why(contact, told);
    parties(contact);
    timeline(told);
    await supervision(contact);
    trouble(byId("trouble"), null);
  } catch (refusal) {
    trouble(byId("trouble"), refusal);
  }
}

function news(event) {
  if (event.contact === id && !planned) planned = setTimeout(refresh, Math.max(0, asked + AT_MOST_MS - Date.now()));
}

for (const button of document.querySelectorAll("[data-mode]")) {
  button.addEventListener("click", () => supervisorDoes(() => post(`/contacts/${id}/supervision`, { mode: button.dataset.mode })));
}
byId("leave").addEventListener("click", () => supervisorDoes(() => remove(`/contacts/${id}/supervision`)));
byId("every").addEventListener("change", (event) => byId("timeline").classList.toggle("every", event.target.checked));
listen({ onContact: news, onReset: refresh });
refresh();
