// The softphone's page: what it knows, and what its buttons do. All truth about calls comes from the
// server, so that a second tab or a fresh start shows the same.

import { get, put } from "./api.js";
import { clockText, momentText, serverNow, setServerTime } from "./clock.js";
import { listen } from "./live.js";
import { microphone, Phone, troubleText, warningText } from "./phone.js";
import { prepare, quiet, ring } from "./ringer.js";
import { withHold } from "./softphone/holding.js";
import { withKeys } from "./softphone/keys.js";
import { withPromises } from "./softphone/promising.js";
import { withSound } from "./softphone/sound.js";
import { withTransfers } from "./softphone/transferring.js";
import * as words from "./softphone/words.js";
import { withWrapUp } from "./softphone/wrapping.js";
import { toast, toastRefusal } from "./toast.js";

const TICK_MS = 250;
// Between two questions the page rests as long as the last answer took, within these limits: it is
// quick while the server is, and leaves a busy server alone.
const LEAST_REST_MS = 10;
const MOST_REST_MS = 250;
const LATE_MS = 4_000;
const SHOWN_RECENTS = 8;

const PRESENCES = [
  { value: "available", word: "Available", icon: "check-circle-fill", kind: "good" },
  { value: "busy", word: "Busy", icon: "dash-lg", kind: "alert" },
  { value: "break", word: "Break", icon: "cup-hot-fill", kind: "alert" },
  { value: "wrap_up", word: "Wrap-up", icon: "pencil-fill", kind: "alert" },
];

const PHONES = {
  offline: { kind: "calm", icon: "telephone-x-fill", word: "Phone off" },
  connecting: { kind: "busy", icon: "hourglass-split", word: "Connecting" },
  ready: { kind: "good", icon: "telephone-fill", word: "Phone ready" },
  lost: { kind: "bad", icon: "exclamation-triangle-fill", word: "Phone not connected" },
  elsewhere: { kind: "info", icon: "copy", word: "Phone in another tab" },
};

const MICROPHONES = {
  allowed: { kind: "good", icon: "mic-fill", word: "Microphone allowed" },
  asked: { kind: "calm", icon: "mic-fill", word: "Microphone: will ask" },
  refused: { kind: "bad", icon: "mic-mute-fill", word: "Microphone refused" },
  none: { kind: "bad", icon: "mic-mute-fill", word: "No microphone" },
  simulated: { kind: "info", icon: "robot", word: "Simulated audio" },
};

function softphone() {
  const page = document.getElementById("softphone").dataset;
  let phone = null; // outside of what Alpine watches: a Device does not work through its proxies
  let asking = null;
  let again = false;
  let rest = LEAST_REST_MS;

  return [withTransfers, withHold, withPromises, withWrapUp, withKeys, withSound].reduce((whole, withParts) => withParts(whole), {
    ready: false,
    me: { identity: "", presence: "offline", presence_since: null, contacts: [] },
    contact: null,
    watched: "",
    recents: [],
    promises: [],
    timelines: {},
    now: serverNow(),
    live: "open",
    line: { state: "offline", ringing: false, talking: false, muted: false, warnings: [] },
    mic: "asked",
    keypad: false,
    pressed: "",
    announcement: "",

    async init() {
      phone = new Phone(await this.device(), {
        onChange: () => this.phoneChanged(),
        onIncoming: () => this.rings(),
        onOver: () => this.callOver(),
        onTrouble: (error) => this.trouble(error),
      });
      this.listenForDevices(phone);
      this.mic = page.simulated ? "simulated" : await microphone();
      setInterval(() => this.tick(), TICK_MS);
      setInterval(() => (this.live === "late" ? this.refresh() : null), LATE_MS);
      listen({
        onContact: () => this.refresh(),
        onReset: () => this.refresh(),
        onState: (state) => this.streamIs(state),
      });
      this.listenForKeys();
      addEventListener("focus", () => this.refresh());
      document.addEventListener("warmline:sign-out", (event) => event.detail.before.push(this.goOffline()));
      await Promise.all([this.refresh(), this.loadSide(), this.loadCodes(), this.loadKeys()]);
      this.ready = true;
      if (this.me.presence !== "offline") phone.goOnline();
    },

    tick() {
      this.now = serverNow();
      this.wrapTick();
    },

    async device() {
      if (page.simulated) return (await import("./simulated-device.js")).SimulatedDevice;
      return window.Twilio.Device;
    },

    // -- what is true ---------------------------------------------------------------------------

    soon() {
      setTimeout(() => this.refresh(), rest);
    },

    // One question at a time; what happens meanwhile is asked for once more.
    async refresh() {
      if (asking) {
        again = true;
        return asking;
      }
      const began = performance.now();
      asking = this.load().catch((refusal) => this.unreachable(refusal));
      await asking;
      asking = null;
      rest = Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, performance.now() - began));
      if (again) {
        again = false;
        this.soon();
      }
      return null;
    },

    async load() {
      // Most news is about the contact that is shown, so both are asked for at once.
      const known = this.contact?.id;
      const about = (id) => get(`/contacts/${id}`).catch(() => null);
      const [me, shown] = await Promise.all([get("/me"), known ? about(known) : null]);
      setServerTime(me.now, Number(page.speed));
      this.me = me;
      const before = { stage: this.stage, contact: this.contact };
      const id = me.contacts[0] ?? this.watched;
      const contact = id === known && shown ? shown : id ? await about(id) : await this.stillMine();
      this.contact = contact;
      // Who was rung in vain has nothing to do with what becomes of the customer.
      if (contact && words.standing(contact, me) === "talking") this.watched = contact.id;
      if (contact?.id !== before.contact?.id || this.stage !== before.stage) this.stageChanged(before.stage);
      else if (contact?.outcome !== before.contact?.outcome) this.loadSide();
      this.transferChanged(before.contact);
      this.holdChanged(before.contact);
      this.promiseChanged(before.contact);
    },

    // After a fresh start: a customer whom I pass on, or who waits for me, is not forgotten.
    async stillMine() {
      if (this.me.role !== "agent" || this.dismissed) return null;
      const { items } = await get("/contacts?state=live&limit=1");
      if (!items.length || items[0].state === "promised") return null;
      const contact = await get(`/contacts/${items[0].id}`);
      return words.tookPart(contact, this.me) ? contact : null;
    },

    async loadSide() {
      try {
        const { items } = await get(`/contacts?limit=${SHOWN_RECENTS}`);
        this.recents = items.filter((each) => each.id !== this.contact?.id);
        this.promises = (await get("/promises?limit=20")).items;
      } catch (refusal) {
        this.unreachable(refusal);
      }
    },

    unreachable(refusal) {
      if (refusal.status === 0) this.live = "late";
      else toastRefusal(refusal);
    },

    streamIs(state) {
      if (state === "open" && this.live === "late") this.refresh();
      this.live = state;
    },

    /** idle, ringing, talking, or after: the customer is on the way without me. */
    get stage() {
      const standing = words.standing(this.contact, this.me);
      if (standing !== "away") return standing;
      if (this.line.ringing) return "ringing";
      if (this.line.talking) return "talking";
      return this.contact ? "after" : "idle";
    },

    stageChanged(before) {
      const said = {
        idle: "No call.",
        ringing: `${this.incomingTitle}.`,
        talking: "You are connected.",
        after: "You are off the line.",
      };
      this.announcement = said[this.stage];
      this.keypad = false;
      this.dismissed = false;
      if (this.stage !== "talking") this.closeTransfer();
      if (this.stage !== "talking") this.promising = false;
      if (before === "ringing" && this.stage !== "ringing") quiet();
      this.loadSide();
      this.keepFocus();
    },

    // When the button that had the focus is gone, the focus goes to the stage's heading.
    keepFocus() {
      this.$nextTick(() => {
        if (document.activeElement === document.body) document.querySelector("[data-stage-title]")?.focus();
      });
    },

    // -- the phone ------------------------------------------------------------------------------

    phoneChanged() {
      this.line = {
        state: phone.state,
        ringing: phone.ringing,
        talking: phone.talking,
        muted: phone.muted,
        warnings: [...phone.warnings].map((name) => ({ name, text: warningText(name) })),
      };
      if (!this.line.ringing) quiet();
    },

    async rings() {
      await this.refresh();
      if (!phone.ringing) return;
      ring("Incoming call", `${this.incomingTitle}. ${this.who}`);
      this.announcement = `${this.incomingTitle}. ${this.who}`;
    },

    callOver() {
      quiet();
      this.soon();
    },

    trouble(error) {
      if (error.whatToDo) toastRefusal(error);
      else toast("bad", "The phone has trouble.", troubleText(error));
    },

    async goOnline() {
      await prepare();
      if (!page.simulated) await this.askForMicrophone();
      await this.setPresence("available");
      await phone.goOnline();
    },

    async askForMicrophone() {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        for (const track of stream.getTracks()) track.stop();
      } catch {
        toast("bad", "The microphone may not be used.", "Allow it for this page in the browser, then go online again.");
      }
      this.mic = await microphone();
    },

    async goOffline() {
      await this.setPresence("offline");
      await phone.goOffline();
    },

    async setPresence(presence) {
      try {
        this.me = await put("/agents/me/presence", { presence });
      } catch (refusal) {
        toastRefusal(refusal);
      }
    },

    accept() {
      prepare();
      phone.accept();
    },
    decline: () => phone.decline(),
    hangUp: () => phone.hangUp(),
    toggleMute: () => phone.mute(!phone.muted),

    press(key) {
      phone.digits(key);
      this.pressed = `${this.pressed}${key}`.slice(-16);
    },

    toggleKeypad() {
      this.keypad = !this.keypad;
      this.pressed = "";
    },

    // -- keys -----------------------------------------------------------------------------------

    key(act) {
      const possible = {
        accept: this.line.ringing,
        decline: this.line.ringing,
        toggleMute: this.line.talking,
        openTransfer: this.canTransfer,
        openCallback: this.canPromise,
        hold: this.can("swap") || this.canHold,
        complete: this.can("complete"),
        takeBack: this.can("cancel"),
      };
      if (possible[act]) this[act]();
      else this.announcement = "That is not possible now.";
    },

    sheet() {
      const sheet = document.getElementById("keys");
      if (sheet.open) sheet.close();
      else sheet.showModal();
    },

    // -- words ----------------------------------------------------------------------------------

    presences: PRESENCES,
    icon: (name) => `/assets/icons/icons.svg#${name}`,
    time: momentText,
    number: words.numberText,
    capital: words.capital,
    readable: words.readable,
    endChip: words.endChip,

    get online() {
      return this.me.presence !== "offline";
    },
    get presence() {
      return PRESENCES.find((each) => each.value === this.me.presence) ?? { kind: "calm", icon: "circle", word: "Offline" };
    },
    get presenceFor() {
      return this.me.presence_since ? clockText(this.now - this.me.presence_since) : "";
    },
    get phoneChip() {
      return PHONES[this.line.state];
    },
    get micChip() {
      return MICROPHONES[this.mic];
    },
    get who() {
      if (!this.contact) return "";
      return this.stage === "ringing" ? words.maskedText(this.contact.customer) : words.numberText(this.contact.customer);
    },
    get incomingTitle() {
      return words.incomingTitle(this.contact);
    },
    get facts() {
      return this.contact ? words.incomingFacts(this.contact, this.now) : [];
    },
    get sayFirst() {
      return this.contact ? words.readable(this.contact.say_this_first) : "";
    },
    get note() {
      return this.contact ? words.noteFor(this.contact) : "";
    },
    get callFor() {
      const leg = this.contact && words.myLeg(this.contact, this.me);
      return leg ? clockText(this.now - leg.since) : "0:00";
    },
    get parties() {
      return this.contact ? words.parties(this.contact, this.me) : [];
    },
    get connecting() {
      const leg = this.contact && words.myLeg(this.contact, this.me);
      return !leg || leg.state !== "joined";
    },
    get afterTitle() {
      const last = this.contact.transfers.at(-1);
      if (!this.contact.live) return "The contact is over";
      return last?.outcome === "completed" ? `Handed to ${last.receiver || last.to.name}` : "You are off the line";
    },
    get afterText() {
      return words.afterwards(this.contact);
    },

    dismissed: false,
    dismiss() {
      this.dismissed = true;
      this.watched = "";
      this.contact = null;
      this.keepFocus();
    },

    async timeline(id) {
      if (this.timelines[id]) {
        delete this.timelines[id];
        return;
      }
      try {
        this.timelines[id] = words.told((await get(`/contacts/${id}/timeline?limit=200`)).items);
      } catch (refusal) {
        toastRefusal(refusal);
      }
    },
    shownTimeline(id) {
      return this.timelines[id] ?? [];
    },
  });
}

document.addEventListener("alpine:init", () => window.Alpine.data("softphone", softphone));
