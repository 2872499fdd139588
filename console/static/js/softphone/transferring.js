// The part of the softphone's page that passes a customer on: search, progress, failures.

import { get, post } from "../api.js";
import { toast, toastRefusal } from "../toast.js";
import { search, targets } from "./targets.js";
import * as words from "./words.js";

const parts = {
  panel: false,
  query: "",
  picked: 0,
  noteText: "",
  all: [],
  loading: null,
  starting: false,
  waved: "", // the failed transfer whose notice was closed

  get transfer() {
    return this.contact?.transfer ?? null;
  },
  get mine() {
    return this.transfer?.by_address === this.me.identity;
  },
  get canTransfer() {
    return this.stage === "talking" && !this.transfer && this.contact?.state === "talking";
  },
  get steps() {
    return this.transfer ? words.steps(this.contact, this.transfer, this.now) : [];
  },
  get found() {
    return search(this.all, this.query);
  },
  get choice() {
    return this.found[Math.min(this.picked, this.found.length - 1)];
  },
  get failure() {
    const failed = this.contact && this.stage === "talking" ? words.failure(this.contact, this.me) : null;
    return failed && failed.id !== this.waved && !this.transfer ? failed : null;
  },
  get swapWord() {
    return this.transfer?.state === "aside" ? `Talk to ${this.transfer.receiver}` : "Talk to the customer";
  },
  get completeHint() {
    return this.can("complete") ? "" : "Possible as soon as somebody has accepted and joined.";
  },

  /** What the button on a card does in a consultation, where one of two is always on hold. */
  partyWord(party) {
    if (party.mine || !this.mine || !this.can("swap") || !this.parties.some((each) => each.held)) return "";
    return party.held ? "Talk" : "Hold";
  },

  can(action) {
    return this.transfer?.actions[action]?.allowed ?? false;
  },

  async openTransfer() {
    if (!this.canTransfer) return;
    this.panel = true;
    this.query = "";
    this.picked = 0;
    this.$nextTick(() => document.getElementById("target")?.focus());
    this.loading = this.loadTargets();
    await this.loading;
  },

  async loadTargets() {
    try {
      this.all = targets((await get("/departments")).items, this.me);
    } catch (refusal) {
      toastRefusal(refusal);
    }
  },

  closeTransfer() {
    this.panel = false;
    this.noteText = "";
  },

  cancelPanel() {
    this.closeTransfer();
    this.$nextTick(() => document.getElementById("open-transfer")?.focus());
  },

  typed() {
    this.picked = 0;
  },

  move(by) {
    const many = this.found.length;
    if (many) this.picked = (this.picked + by + many) % many;
  },

  pick(index) {
    this.picked = index;
  },

  isPicked(index) {
    return index === Math.min(this.picked, this.found.length - 1);
  },

  async start(mode) {
    // Whoever types faster than the list comes is waited for.
    await this.loading;
    if (!this.choice || this.starting) return;
    await this.begin(this.choice.to, mode, this.noteText.trim());
  },

  async begin(to, mode, note) {
    this.starting = true;
    try {
      const key = crypto.randomUUID();
      await post(`/contacts/${this.contact.id}/transfers`, { to, mode, note }, { key });
      this.closeTransfer();
      this.announcement = "The transfer has begun. The customer is being put on hold.";
    } catch (refusal) {
      toastRefusal(refusal);
    }
    this.starting = false;
    await this.refresh();
    this.keepFocus();
  },

  again() {
    const { to, note } = this.failure;
    return this.begin({ [to.kind]: to.value }, "warm", note);
  },

  wave() {
    this.waved = this.failure.id;
    this.keepFocus();
  },

  async act(action) {
    if (!this.can(action)) return;
    try {
      await post(`/transfers/${this.transfer.id}/${action}`, {}, { key: crypto.randomUUID() });
    } catch (refusal) {
      toastRefusal(refusal);
    }
    await this.refresh();
    this.keepFocus();
  },

  complete() {
    return this.act("complete");
  },
  swap() {
    return this.act("swap");
  },
  merge() {
    return this.act("merge");
  },
  takeBack() {
    return this.act("cancel");
  },

  // Tells in words what has changed, for those who do not see it.
  transferChanged(before) {
    const was = before?.transfer;
    const is = this.transfer;
    if (is && is.state !== was?.state) {
      const step = words.steps(this.contact, is, this.now).find((each) => each.state === "now");
      if (step) this.announcement = `${step.name}. ${step.text}`;
    }
    if (was && !is) {
      const ended = this.contact?.transfers.find((each) => each.id === was.id);
      if (ended?.outcome === "completed" && was.by_address === this.me.identity) {
        toast("good", `${ended.receiver || ended.to.name} has the customer.`, "The transfer is complete.");
      } else if (ended) {
        this.announcement = ended.explained || "The transfer is over.";
      }
    }
  },
};

/** Put the parts into a component, getters as getters (a spread would call them once). */
export const withTransfers = (component) =>
  Object.defineProperties(component, Object.getOwnPropertyDescriptors(parts));
