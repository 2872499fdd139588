// Which microphone, speaker and ringer are used, through the Voice SDK's own audio helper. The choice
// belongs to this browser: another computer has other devices.

import { ringAt } from "../ringer.js";
import { toast } from "../toast.js";

const KEPT = "warmline.devices";
const KINDS = [
  { kind: "microphone", word: "Microphone" },
  { kind: "speaker", word: "Speaker" },
  { kind: "ringer", word: "Ringtone" },
];

const kept = () => JSON.parse(localStorage.getItem(KEPT) ?? "{}");

const parts = {
  sounds: [],

  listenForDevices(phone) {
    phone.onDevices = () => this.showDevices(phone);
    phone.chosen = kept();
    // Gone or refused: the usual device rings.
    if (phone.chosen.ringer) ringAt(phone.chosen.ringer).catch(() => {});
    this.chooseDevice = async (kind, id) => {
      localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [kind]: id }));
      await this.useDevice(phone, kind, id);
    };
  },

  async useDevice(phone, kind, id) {
    try {
      await phone.use(kind, id);
      if (kind === "ringer") await ringAt(id);
    } catch {
      toast("bad", "This device cannot be used.", "Another one may be free; the one before stays in use.");
    }
    this.showDevices(phone);
  },

  showDevices(phone) {
    this.sounds = KINDS.map(({ kind, word }) => ({ kind, word, devices: phone.devices(kind), chosen: phone.inUse(kind) }));
  },

  async soundSheet() {
    const sheet = document.getElementById("sound");
    if (sheet.open) sheet.close();
    else sheet.showModal();
  },
};

/** Put the parts into a component, getters as getters (a spread would call them once). */
export const withSound = (component) =>
  Object.defineProperties(component, Object.getOwnPropertyDescriptors(parts));
