// The part of the softphone's page that wraps a contact up: a code, a note, and being free again.

import { get, put } from "../api.js";
import { clockText } from "../clock.js";
import { toastRefusal } from "../toast.js";
import { tookPart } from "./words.js";

const parts = {
  codes: [],
  wrapCode: "",
  wrapNote: "",
  wrapped: "", // the contact that is noted, or not to be

  get canWrapUp() {
    return this.stage === "after" && this.wrapped !== this.contact.id && tookPart(this.contact, this.me);
  },
  get wrapText() {
    if (this.me.presence !== "wrap_up") return "";
    if (!this.me.presence_until) return "You are not rung until you say that you are available.";
    return `You are not rung for ${clockText(this.me.presence_until - this.now)}, or until you save.`;
  },

  async loadCodes() {
    try {
      this.codes = (await get("/wrap-up-codes")).items;
    } catch (refusal) {
      this.unreachable(refusal);
    }
  },

  // A wrap-up ends by itself: the page asks again when its time has come.
  wrapTick() {
    const { presence, presence_until } = this.me;
    if (presence === "wrap_up" && presence_until && this.now >= presence_until) this.refresh();
  },

  async wrapUp() {
    try {
      await put(`/contacts/${this.contact.id}/wrap-up`, { code: this.wrapCode, note: this.wrapNote.trim() });
      this.announcement = "Noted. You are available.";
      this.endWrapUp();
    } catch (refusal) {
      toastRefusal(refusal);
    }
  },

  async skipWrapUp() {
    if (this.me.presence === "wrap_up") await this.setPresence("available");
    this.endWrapUp();
  },

  endWrapUp() {
    this.wrapped = this.contact?.id ?? "";
    this.wrapCode = "";
    this.wrapNote = "";
    if (this.contact && !this.contact.live) this.dismiss();
    this.refresh();
  },
};

/** Put the parts into a component, getters as getters (a spread would call them once). */
export const withWrapUp = (component) =>
  Object.defineProperties(component, Object.getOwnPropertyDescriptors(parts));
