// The keys of the softphone: Alt+Shift and a letter, and ? for the sheet. Everybody may choose other
// letters; the server keeps them.

import { get, put } from "../api.js";
import { toastRefusal } from "../toast.js";

// `name` is the server's word, `act` the page's method.
const KEYS = [
  { name: "accept", act: "accept", letter: "A", says: "Accept the call that rings" },
  { name: "decline", act: "decline", letter: "R", says: "Decline the call that rings" },
  { name: "mute", act: "toggleMute", letter: "M", says: "Mute yourself, or speak again" },
  { name: "transfer", act: "openTransfer", letter: "T", says: "Transfer: search for whom" },
  { name: "hold", act: "hold", letter: "H", says: "Hold the customer, or talk again; in a transfer: change who is on hold" },
  { name: "callback", act: "openCallback", letter: "P", says: "Promise the customer a callback" },
  { name: "complete", act: "complete", letter: "C", says: "Complete the transfer" },
  { name: "take_back", act: "takeBack", letter: "B", says: "Back to the customer: cancel the transfer" },
];

const parts = {
  keys: KEYS,
  letters: [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"],

  /** For aria-keyshortcuts: what to press for `name`. */
  shortcut(name) {
    return `Alt+Shift+${this.letterOf(name)}`;
  },

  letterOf(name) {
    return this.keys.find((key) => key.name === name).letter;
  },

  async loadKeys() {
    try {
      this.useKeys((await get("/me/keys")).keys);
    } catch (refusal) {
      this.unreachable(refusal);
    }
  },

  useKeys(letters) {
    this.keys = this.keys.map((key) => ({ ...key, letter: letters[key.name] ?? key.letter }));
  },

  // A letter that is taken changes places with the old one, so that each does one thing.
  async setKey(name, letter) {
    const old = this.letterOf(name);
    const wanted = {};
    for (const key of this.keys) wanted[key.name] = key.letter === letter ? old : key.letter;
    wanted[name] = letter;
    await this.saveKeys(wanted);
  },

  usualKeys() {
    return this.saveKeys({});
  },

  async saveKeys(keys) {
    try {
      this.useKeys((await put("/me/keys", { keys })).keys);
      this.announcement = "The keys are changed.";
    } catch (refusal) {
      toastRefusal(refusal);
      await this.loadKeys();
    }
  },

  listenForKeys() {
    document.addEventListener("keydown", (event) => {
      if (event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey) {
        // The code is the key's place on the keyboard: with Alt, the character may be another.
        const found = this.keys.find((key) => event.code === `Key${key.letter}`);
        if (!found) return;
        event.preventDefault();
        this.key(found.act);
      } else if (event.key === "?" && !event.target.closest("input, textarea, select")) {
        event.preventDefault();
        this.sheet();
      }
    });
  },
};

/** Put the parts into a component, getters as getters (a spread would call them once). */
export const withKeys = (component) =>
  Object.defineProperties(component, Object.getOwnPropertyDescriptors(parts));
