// Tickets ring until somebody takes them: two soft notes, again and again, made here (no file).

const EVERY_MS = 4000;
const KEY = "warmline.ticket-sound";
let context = null;
let wanted = read();
let ringing = false;

function read() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // Storage may be forbidden; then each visit begins with sound.
  }
}

function note(frequency, start) {
  const tone = context.createOscillator();
  const loud = context.createGain();
  tone.frequency.value = frequency;
  loud.gain.setValueAtTime(0.0001, start);
  loud.gain.exponentialRampToValueAtTime(0.2, start + 0.03);
  loud.gain.exponentialRampToValueAtTime(0.0001, start + 0.5);
  tone.connect(loud).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.55);
}

function play() {
  if (!ringing || !wanted) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  if (context.state !== "running") return;
  note(660, context.currentTime);
  note(880, context.currentTime + 0.22);
}

setInterval(play, EVERY_MS);

/** Say whether a ticket waits. */
export function ring(on) {
  const begins = on && !ringing;
  ringing = on;
  if (begins) play();
}

/** Whether browsers let us make a sound yet: they ask for a click on the page first. */
export const allowed = () => !ringing || !wanted || context?.state === "running";

export const isWanted = () => wanted;

export function want(on) {
  wanted = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // The choice then lasts as long as this page.
  }
  play();
}
