// The part of the softphone's page that puts the customer on hold and takes them back.

import { post } from "../api.js";
import { clockText } from "../clock.js";
import { toast, toastRefusal } from "../toast.js";

const parts = {
  released: "", // the contact whose hold I ended myself

  get onHold() {
    return this.contact?.hold.on ?? false;
  },
  get canHold() {
    const actions = this.stage === "talking" ? this.contact?.hold.actions : null;
    return Boolean(actions && (actions.hold.allowed || actions.resume.allowed));
  },
  get holdText() {
    const { held, since } = this.contact?.hold ?? {};
    if (!held) return "The customer is being put on hold.";
    return `On hold for ${clockText(this.now - since)}: the customer hears music, and that you have not left.`;
  },

  // One key for every change of who is on hold.
  hold() {
    return this.can("swap") ? this.swap() : this.toggleHold();
  },

  async toggleHold() {
    if (!this.canHold) return;
    const act = this.onHold ? "resume" : "hold";
    this.released = this.onHold ? this.contact.id : "";
    try {
      await post(`/contacts/${this.contact.id}/${act}`, {}, { key: crypto.randomUUID() });
    } catch (refusal) {
      toastRefusal(refusal);
    }
    await this.refresh();
    this.keepFocus();
  },

  // Tells in words what has changed; also that Twilio would not hold the customer.
  holdChanged(before) {
    const was = before?.id === this.contact?.id ? before?.hold : null;
    const is = this.contact?.hold;
    if (!was || !is) return;
    if (is.held && !was.held) this.announcement = "The customer is on hold.";
    if (!was.on || is.on || this.contact.state !== "talking") return;
    if (was.held || this.released === this.contact.id) this.announcement = "You talk to the customer again.";
    else toast("bad", "The customer could not be put on hold.", "They hear you. Try again in a moment.");
  },
};

/** Put the parts into a component, getters as getters (a spread would call them once). */
export const withHold = (component) =>
  Object.defineProperties(component, Object.getOwnPropertyDescriptors(parts));
