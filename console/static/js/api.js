// The JSON API from a page: one way to ask, typed refusals, and nothing swallowed.

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const TIMEOUT_MS = 10_000;

/** What the server refused. Compare `reason`; show `detail` and `whatToDo`. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.detail || "The server could not be asked.");
    this.status = status;
    this.reason = body.reason || "unavailable";
    this.title = body.title || "That did not work";
    this.detail = this.message;
    this.whatToDo = body.what_to_do || "Try again in a moment.";
    this.fields = body.fields || {};
  }
}

const unreachable = () =>
  new Refusal(0, {
    reason: "offline",
    title: "No connection to the server",
    detail: "The server did not answer. Calls in the air go on without this page.",
    what_to_do: "Check the network; the page goes on by itself as soon as it can.",
  });

/** Ask `/api/v1` + path. Returns the answer's JSON, or null for 204. Throws `Refusal`. */
export async function ask(method, path, body, { key } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      credentials: "same-origin",
    });
  } catch {
    throw unreachable();
  }
  const told = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const refusal = new Refusal(answer.status, told);
  if (refusal.reason === "not_signed_in") location.assign(`/?next=${encodeURIComponent(location.pathname)}`);
  throw refusal;
}

export const get = (path) => ask("GET", path);
export const post = (path, body, options) => ask("POST", path, body, options);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);
