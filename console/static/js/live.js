// Live events of the server: one stream, resumed by the browser with Last-Event-ID.

/**
 * Listen to /api/v1/events.
 * `onContact(event)` for every step of a contact, `onReset()` when what is shown must be loaded
 * anew, `onState("open" | "late")` when the stream comes or goes. Returns a function that ends it.
 */
export function listen({ onContact, onReset, onState = () => {} }) {
  const source = new EventSource("/api/v1/events");
  const QUIET_MS = 12_000; // The server beats every 5 seconds; scripts do not see comments in a stream.
  let late = 0;
  const heard = () => {
    clearTimeout(late);
    late = setTimeout(() => onState("late"), QUIET_MS);
  };
  source.addEventListener("open", () => {
    heard();
    onState("open");
  });
  source.addEventListener("contact", (message) => {
    heard();
    onContact(JSON.parse(message.data));
  });
  source.addEventListener("beat", () => {
    heard();
    onState("open");
  });
  source.addEventListener("reset", () => {
    heard();
    onReset();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) onState("late");
  });
  heard();
  return () => {
    clearTimeout(late);
    source.close();
  };
}
