// The browser as a telephone: Twilio's Device (the vendored Voice SDK), or its stand-in.
// This is the only module that knows either of them.

import { post } from "./api.js";

const REFRESH_MS = 60_000;
const LOCK = "warmline.phone";

/** What can be said of the phone: offline, connecting, ready, lost, elsewhere (another tab has it). */
export class Phone {
  #device = null;
  #release = null;
  #wanted = false;
  state = "offline";
  call = null;
  muted = false;
  warnings = new Set();
  chosen = {}; // ids by kind: microphone, speaker, ringer
  onDevices = () => {};

  /**
   * `Device` is a class with the interface of Twilio's. `onChange()` whenever something is different,
   * `onIncoming(call)`, `onOver()` after a call, `onTrouble(error)` when something did not work.
   */
  constructor(Device, { onChange, onIncoming, onOver, onTrouble }) {
    Object.assign(this, { Device, onChange, onIncoming, onOver, onTrouble });
  }

  /** Register, so that calls ring here. Does nothing when another tab holds the phone. */
  async goOnline() {
    this.#wanted = true;
    if (this.#device || this.#release) return;
    this.#become("connecting");
    if (await this.#lock(true)) {
      await this.#register();
    } else {
      this.#become("elsewhere");
      // As soon as the other tab is closed, this one takes over.
      this.#lock(false).then(() => this.#wanted && this.#register());
    }
  }

  /** Calls ring here no more. A running call goes on. */
  async goOffline() {
    this.#wanted = false;
    if (this.#device && ["registered", "registering"].includes(this.#device.state)) {
      await this.#device.unregister();
    }
    this.#become("offline");
    if (!this.call) this.#let();
  }

  accept = () => this.call?.accept();
  decline = () => this.call?.reject();
  hangUp = () => this.call?.disconnect();
  digits = (keys) => this.call?.sendDigits(keys);

  mute(muted) {
    this.call?.mute(muted);
  }

  /** Microphones, speakers or ringers to choose from; none while offline, or where there are none. */
  devices(kind) {
    const found = kind === "microphone" ? this.#audio?.availableInputDevices : this.#audio?.availableOutputDevices;
    return [...(found?.values() ?? [])].map((each) => ({ id: each.deviceId, name: each.label || "Unnamed device" }));
  }

  /** The id of the device in use. */
  inUse(kind) {
    if (kind === "microphone") return this.#audio?.inputDevice?.deviceId ?? "default";
    return [...(this.#outputs(kind)?.get() ?? [])][0]?.deviceId ?? "default";
  }

  /** Use this device from now on, in a running call, too. */
  async use(kind, id) {
    this.chosen = { ...this.chosen, [kind]: id };
    if (kind === "microphone") await this.#audio?.setInputDevice(id);
    else if (this.#audio?.isOutputSelectionSupported) await this.#outputs(kind).set(id);
  }

  get #audio() {
    return this.#device?.audio;
  }

  #outputs(kind) {
    return kind === "speaker" ? this.#audio?.speakerDevices : this.#audio?.ringtoneDevices;
  }

  // What was chosen before, as far as it is still plugged in.
  async #choose() {
    for (const [kind, id] of Object.entries(this.chosen)) {
      if (this.devices(kind).some((each) => each.id === id)) await this.use(kind, id);
    }
    this.onDevices();
  }

  get ringing() {
    return this.call?.status() === "pending";
  }

  get talking() {
    return ["open", "connecting", "reconnecting"].includes(this.call?.status());
  }

  // One tab at a time: two Devices of one person would both ring. Without the Web Locks API (plain
  // http in a house network) every tab is a phone, and whoever accepts first has the call.
  #lock(ifAvailable) {
    if (!navigator.locks) {
      this.#release = () => {};
      return Promise.resolve(true);
    }
    return new Promise((got, failed) => {
      navigator.locks
        .request(LOCK, { ifAvailable }, (lock) => {
          if (!lock) return got(false);
          return new Promise((release) => {
            this.#release = release;
            got(true);
          });
        })
        .catch(failed);
    });
  }

  #let() {
    this.#release?.();
    this.#release = null;
  }

  async #register() {
    try {
      if (!this.#device) this.#listen(new this.Device(await this.#token(), this.#options()));
      await this.#device.register();
    } catch (error) {
      this.#become("lost");
      this.onTrouble(error);
    }
  }

  #options() {
    return {
      closeProtection: "You are in a call. Closing this page ends your part of it.",
      codecPreferences: ["opus", "pcmu"],
      tokenRefreshMs: REFRESH_MS,
      appName: "warmline",
    };
  }

  async #token() {
    return (await post("/softphone/token")).token;
  }

  #listen(device) {
    this.#device = device;
    // Our own ring tone is enough; the SDK would fetch its own from elsewhere.
    device.audio?.incoming?.(false);
    device.audio?.on?.("deviceChange", () => this.#choose().catch(this.onTrouble));
    device.on("registered", () => {
      this.#become("ready");
      this.#choose().catch(this.onTrouble);
    });
    device.on("unregistered", () => this.#become(this.#wanted ? "lost" : "offline"));
    device.on("error", (error) => {
      // The Device goes on trying by itself; until it is registered again, nothing rings here.
      if (this.#wanted && device.state !== "registered") this.#become("lost");
      this.onTrouble(error);
    });
    device.on("incoming", (call) => this.#incoming(call));
    device.on("tokenWillExpire", () => this.#renew());
  }

  async #renew() {
    try {
      this.#device.updateToken(await this.#token());
    } catch (error) {
      this.onTrouble(error);
      setTimeout(() => this.#renew(), REFRESH_MS / 6);
    }
  }

  #incoming(call) {
    this.call = call;
    this.muted = false;
    this.warnings.clear();
    call.on("accept", () => this.onChange());
    for (const end of ["cancel", "disconnect", "reject"]) call.on(end, () => this.#over(call));
    call.on("mute", (muted) => {
      this.muted = muted;
      this.onChange();
    });
    call.on("error", (error) => this.onTrouble(error));
    call.on("reconnecting", () => this.#warn("reconnecting", true));
    call.on("reconnected", () => this.#warn("reconnecting", false));
    call.on("warning", (name) => this.#warn(name, true));
    call.on("warning-cleared", (name) => this.#warn(name, false));
    this.onIncoming(call);
    this.onChange();
  }

  #warn(name, on) {
    if (on) this.warnings.add(name);
    else this.warnings.delete(name);
    this.onChange();
  }

  #over(call) {
    if (this.call !== call) return;
    this.call = null;
    this.muted = false;
    this.warnings.clear();
    if (!this.#wanted) this.#let();
    this.onOver();
    this.onChange();
  }

  #become(state) {
    this.state = state;
    this.onChange();
  }
}

const QUALITY = {
  "high-rtt": "The connection is slow; words arrive late.",
  "low-mos": "The sound is poor.",
  "high-jitter": "The sound is uneven.",
  "high-packet-loss": "Parts of the sound are lost.",
  "constant-audio-input-level": "Your microphone seems to give no sound.",
  "constant-audio-output-level": "No sound seems to arrive.",
  "ice-connectivity-lost": "The sound connection is interrupted.",
  reconnecting: "The connection is being restored; the call goes on.",
};

/** A warning of the Device as a sentence. */
export const warningText = (name) => QUALITY[name] ?? `The phone warns: ${name}.`;

// Twilio's codes for a connection that is not there (Voice SDK errors, "General" and "Signaling").
const UNREACHABLE = [31000, 31003, 31005, 31009, 53000, 53001];

/** What went wrong with the phone, and what comes next. */
export function troubleText(error) {
  if (UNREACHABLE.includes(error.code)) {
    return "It cannot reach Twilio and keeps trying. Check the network, and whether a firewall is in the way.";
  }
  return error.explanation || error.message || "The browser's console may say more.";
}

/** What the microphone is like: allowed, asked, refused, none. Asks for nothing. */
export async function microphone() {
  if (!navigator.mediaDevices?.getUserMedia) return "none";
  try {
    const { state } = await navigator.permissions.query({ name: "microphone" });
    return { granted: "allowed", denied: "refused" }[state] ?? "asked";
  } catch {
    return "asked"; // Some browsers do not tell before they are asked.
  }
}
