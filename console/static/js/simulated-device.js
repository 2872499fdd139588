// A stand-in for Twilio's Device while the phone network is the simulator, with the same interface
// as far as phone.js uses it. There is no sound: a browser cannot speak WebRTC with the simulator.
// Ringing, accepting, declining, keys and hanging up are real: they go to the simulated phone.
// As with the real Device, a page that goes away hangs up.

import { get, post, put } from "./api.js";

const LOOK_MS = 400;

class Emitter {
  #handlers = new Map();

  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
    return this;
  }

  emit(name, ...given) {
    for (const handler of this.#handlers.get(name) ?? []) handler(...given);
  }
}

class SimulatedCall extends Emitter {
  #status = "pending";
  #muted = false;

  constructor(told) {
    super();
    this.parameters = { CallSid: told.call, From: told.caller };
    this.customParameters = new Map();
    this.direction = "INCOMING";
  }

  status = () => this.#status;
  isMuted = () => this.#muted;

  accept() {
    if (this.#status !== "pending") return;
    this.#status = "connecting";
    this.#act("accept").then((done) => done && this.opened());
  }

  reject() {
    if (this.#status !== "pending") return;
    this.#act("reject").then((done) => done && this.#end("reject"));
  }

  disconnect() {
    if (this.#status === "closed") return;
    this.#act("hang_up").then((done) => done && this.#end("disconnect"));
  }

  mute(muted = true) {
    this.#muted = muted;
    this.emit("mute", muted, this);
  }

  sendDigits(digits) {
    this.#act("digits", { digits });
  }

  /** The network says that the call is open. */
  opened() {
    if (this.#status === "open" || this.#status === "closed") return;
    this.#status = "open";
    this.emit("accept", this);
  }

  /** The network says that the call is over. */
  over() {
    this.#end(this.#status === "open" ? "disconnect" : "cancel");
  }

  #end(how) {
    if (this.#status === "closed") return;
    this.#status = "closed";
    this.emit(how, this);
  }

  #act(act, more = {}) {
    return post(`/softphone/line/${this.parameters.CallSid}`, { act, ...more }).then(
      () => true,
      (refusal) => {
        // A call that went on or ended meanwhile is seen at the next look.
        if (refusal.status !== 409 && refusal.status !== 404) this.emit("error", refusal);
        return false;
      },
    );
  }
}

export class SimulatedDevice extends Emitter {
  #calls = new Map();
  #timer = 0;
  #expiry = 0;
  state = "unregistered";

  constructor(token, { tokenRefreshMs = 10_000 } = {}) {
    super();
    this.tokenRefreshMs = tokenRefreshMs;
    this.updateToken(token);
    addEventListener("pagehide", () => this.#hangUpAll());
  }

  async register() {
    this.state = "registering";
    this.emit("registering");
    try {
      await put("/softphone/line", { registered: true });
    } catch (refusal) {
      this.state = "unregistered";
      this.emit("error", refusal);
      throw refusal;
    }
    this.state = "registered";
    this.emit("registered");
    this.#look();
  }

  async unregister() {
    clearTimeout(this.#timer);
    await put("/softphone/line", { registered: false });
    this.state = "unregistered";
    this.emit("unregistered");
  }

  updateToken(token) {
    clearTimeout(this.#expiry);
    const claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    this.identity = claims.grants.identity;
    const left = claims.exp * 1000 - Date.now() - this.tokenRefreshMs;
    this.#expiry = setTimeout(() => this.emit("tokenWillExpire", this), Math.max(0, left));
  }

  async #look() {
    try {
      this.#heard((await get("/softphone/line")).calls);
      if (this.state === "lost") {
        this.state = "registered";
        this.emit("registered");
      }
    } catch (refusal) {
      if (this.state === "registered") {
        this.state = "lost";
        this.emit("unregistered");
      }
    }
    if (this.state !== "unregistered") this.#timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  #heard(told) {
    const there = new Set(told.map((each) => each.call));
    for (const [sid, call] of this.#calls) {
      if (there.has(sid)) continue;
      this.#calls.delete(sid);
      call.over();
    }
    for (const each of told) {
      const known = this.#calls.get(each.call);
      if (known && !each.ringing) known.opened();
      if (known) continue;
      const call = new SimulatedCall(each);
      this.#calls.set(each.call, call);
      if (each.ringing) this.emit("incoming", call);
      else this.#leftOver(call);
    }
  }

  // A call that is open although no page holds it: its page broke down without a goodbye.
  #leftOver(call) {
    this.emit("incoming", call);
    call.opened();
  }

  #hangUpAll() {
    const csrf = document.querySelector('meta[name="csrf-token"]').content;
    for (const [sid, call] of this.#calls) {
      if (call.status() !== "open" && call.status() !== "connecting") continue;
      fetch(`/api/v1/softphone/line/${sid}`, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
        body: JSON.stringify({ act: "hang_up" }),
      });
    }
  }
}
