// The server's time. In a simulation it may run faster than the wall.

let anchor = { server: Date.now(), wall: performance.now() };
let speed = 1;

/** Set by whoever has just heard from the server what time it is (ms since the epoch). */
export function setServerTime(now, rate = speed) {
  anchor = { server: now, wall: performance.now() };
  speed = rate;
}

/** What time it is at the server, in ms since the epoch. */
export const serverNow = () => anchor.server + (performance.now() - anchor.wall) * speed;

/** 75 000 ms as 1:15, and 3 675 000 ms as 1:01:15. */
export function clockText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A moment as people write it: the time today, else with the day. */
export function momentText(ms) {
  const then = new Date(ms);
  const today = new Date(serverNow()).toDateString() === then.toDateString();
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (today) return time;
  return `${then.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" })}, ${time}`;
}
