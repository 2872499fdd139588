// The part of the softphone's page that promises callbacks, and moves and cancels own promises.

import { get, post } from "../api.js";
import { momentText } from "../clock.js";
import { toast, toastRefusal } from "../toast.js";
import { capital, nameText } from "./words.js";

const shown = (windows) =>
  windows.map(({ due_from, due_until }) => ({
    at: String(due_from),
    until: due_until,
    text: `${momentText(due_from)} to ${momentText(due_until)}`,
  }));

const parts = {
  promising: false,
  callers: [],
  callbackWho: "",
  callbackTimes: [],
  timesLoaded: false,
  callbackAt: "",
  callbackNote: "",
  promiseSent: false,
  moving: { id: "", times: [], at: "" },

  get canPromise() {
    if (this.stage !== "talking" || this.contact?.state !== "talking" || !this.contact.customer) return false;
    return !["open", "writing"].includes(this.contact.promise?.state);
  },

  // What may be said to the customer, and what may not yet be said.
  get promiseNotice() {
    const promise = this.contact?.promise;
    if (!promise?.by) return null;
    const who = promise.agent ? capital(promise.agent) : capital(promise.department);
    if (promise.state === "writing")
      return { kind: "info", icon: "hourglass-split", title: "The callback is being written down.", text: "Do not promise it yet." };
    if (promise.state === "open") {
      const when = `between ${momentText(promise.due_from)} and ${momentText(promise.due_until)}`;
      return { kind: "good", icon: "calendar-check", title: "Written down: you may promise it.", text: `${who} calls ${when}.` };
    }
    if (promise.state === "cancelled" && !promise.told)
      return { kind: "alert", icon: "exclamation-triangle-fill", title: "The callback cannot be promised.", text: "There is no hour in which it could be kept." };
    return null;
  },

  async openCallback() {
    if (!this.canPromise) return;
    this.closeTransfer();
    this.promising = true;
    this.callbackNote = "";
    this.promiseSent = false;
    this.$nextTick(() => document.getElementById("callback-who")?.focus());
    try {
      const departments = (await get("/departments")).items;
      this.callers = callersFrom(departments, this.me);
      const own = this.callers.find((each) => each.department === this.contact?.department && !each.agent);
      this.callbackWho = (own ?? this.callers[0]).value;
    } catch (refusal) {
      toastRefusal(refusal);
    }
    await this.callersChanged();
  },

  async callersChanged() {
    const caller = this.callers.find((each) => each.value === this.callbackWho);
    if (!caller || !this.contact) return;
    const found = await this.timesOf(this.contact.id, caller.department);
    this.callbackTimes = found;
    this.callbackAt = found[0]?.at ?? "";
    this.timesLoaded = true;
  },

  async timesOf(contact, department) {
    try {
      const query = department ? `?department=${encodeURIComponent(department)}` : "";
      const { soonest, items } = await get(`/contacts/${contact}/callback-times${query}`);
      const first = soonest ? [{ ...shown([soonest])[0], text: `As soon as possible: ${momentText(soonest.due_from)}` }] : [];
      return [...first, ...shown(items.filter((each) => each.due_from !== soonest?.due_from))];
    } catch (refusal) {
      toastRefusal(refusal);
      return [];
    }
  },

  async promiseCallback() {
    const caller = this.callers.find((each) => each.value === this.callbackWho);
    const first = this.callbackAt === this.callbackTimes[0]?.at;
    this.promiseSent = true;
    try {
      const body = { not_before: first ? 0 : Number(this.callbackAt), note: this.callbackNote.trim() };
      if (caller.department) body.department = caller.department;
      if (caller.agent) body.agent = caller.agent;
      await post(`/contacts/${this.contact.id}/callbacks`, body, { key: crypto.randomUUID() });
      this.promising = false;
    } catch (refusal) {
      toastRefusal(refusal);
    }
    this.promiseSent = false;
    await this.refresh();
    this.keepFocus();
  },

  cancelCallback() {
    this.promising = false;
    this.$nextTick(() => document.getElementById("open-callback")?.focus());
  },

  promiseChanged(before) {
    const was = before?.id === this.contact?.id ? before?.promise?.state : null;
    const is = this.contact?.promise?.state;
    if (is === was) return;
    if (this.promiseNotice) this.announcement = `${this.promiseNotice.title} ${this.promiseNotice.text}`;
    this.loadSide();
  },

  async moveForm(promise) {
    if (this.moving.id === promise.id) return this.closeMove();
    const times = await this.timesOf(promise.contact, promise.department);
    this.moving = { id: promise.id, times, at: times[0]?.at ?? "" };
    this.$nextTick(() => document.getElementById(`to-${promise.id}`)?.focus());
    return null;
  },

  closeMove() {
    const { id } = this.moving;
    this.moving = { id: "", times: [], at: "" };
    this.$nextTick(() => document.getElementById(`move-${id}`)?.focus());
  },

  async movePromise(promise) {
    const time = this.moving.times.find((each) => each.at === this.moving.at);
    try {
      await post(`/promises/${promise.id}/move`, { due_from: Number(time.at), due_until: time.until });
      toast("good", "The promise was moved.", time.text);
    } catch (refusal) {
      toastRefusal(refusal);
    }
    this.closeMove();
    await this.loadSide();
  },

  async cancelPromise(promise) {
    if (!confirm(`Nobody will call ${this.number(promise.customer)} back. Cancel the promise?`)) return;
    try {
      await post(`/promises/${promise.id}/cancel`, {});
      toast("good", "The promise was cancelled.", "Tell the customer if they do not know it yet.");
    } catch (refusal) {
      toastRefusal(refusal);
    }
    await this.loadSide();
    this.keepFocus();
  },
};

// The departments, myself, and the people of all departments, each once.
function callersFrom(departments, me) {
  const own = nameText(me.identity);
  const people = new Map([[own, `${me.display} (you)`]]);
  for (const member of departments.flatMap((each) => each.members))
    if (member.enabled && member.address.startsWith("client:") && !people.has(member.key)) people.set(member.key, member.name);
  return [
    ...departments.map((each) => ({ value: `d:${each.key}`, department: each.key, agent: "", name: capital(each.name) })),
    ...[...people].map(([key, name]) => ({ value: `a:${key}`, department: "", agent: key, name })),
  ];
}

/** Put the parts into a component, getters as getters (a spread would call them once). */
export const withPromises = (component) =>
  Object.defineProperties(component, Object.getOwnPropertyDescriptors(parts));
