// Being noticed: a ring tone made by WebAudio, the page's title, and a notification of the desktop.

const TITLE = document.title;
const TONES = [440, 480];
const RING_S = 1.2;
const EVERY_MS = 3_000;

let context = null;
let sink = "";
let timer = 0;
let blink = 0;
let notification = null;

/** Call it from a click: browsers let a page make sound and notify only then. */
export async function prepare() {
  if (!context) {
    context = new AudioContext();
    if (sink) await context.setSinkId?.(sink).catch(() => {}); // It is gone: the usual one rings.
  }
  await context.resume().catch(() => {});
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
}

/** Ring at this output device, where the browser lets a page choose. */
export async function ringAt(device) {
  sink = device === "default" ? "" : device;
  await context?.setSinkId?.(sink);
}

/** Ring until `quiet()`. */
export function ring(title, body) {
  quiet();
  tone();
  timer = setInterval(tone, EVERY_MS);
  let shown = false;
  const flip = () => {
    shown = !shown;
    document.title = shown ? `☎ ${title}` : TITLE;
  };
  flip();
  blink = setInterval(flip, 1_000);
  if ("Notification" in window && Notification.permission === "granted" && document.hidden) {
    notification = new Notification(title, { body, tag: "warmline-ring", icon: "/assets/icons/warmline.svg" });
    notification.addEventListener("click", () => window.focus());
  }
}

/** Stop all of it. */
export function quiet() {
  clearInterval(timer);
  clearInterval(blink);
  timer = blink = 0;
  document.title = TITLE;
  notification?.close();
  notification = null;
}

function tone() {
  if (context?.state !== "running") return;
  const volume = context.createGain();
  const now = context.currentTime;
  volume.gain.setValueAtTime(0, now);
  volume.gain.linearRampToValueAtTime(0.12, now + 0.05);
  volume.gain.setValueAtTime(0.12, now + RING_S - 0.1);
  volume.gain.linearRampToValueAtTime(0, now + RING_S);
  volume.connect(context.destination);
  for (const pitch of TONES) {
    const sound = context.createOscillator();
    sound.frequency.value = pitch;
    sound.connect(volume);
    sound.start(now);
    sound.stop(now + RING_S);
  }
}
