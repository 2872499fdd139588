// The keys of the softphone: Alt+Shift and a letter, and ? for the sheet.

export const KEYS = [
  { letter: "A", act: "accept", says: "Accept the call that rings" },
  { letter: "R", act: "decline", says: "Decline the call that rings" },
  { letter: "M", act: "toggleMute", says: "Mute yourself, or speak again" },
  { letter: "T", act: "openTransfer", says: "Transfer: search for whom" },
  { letter: "H", act: "hold", says: "Hold the customer, or talk again; in a transfer: change who is on hold" },
  { letter: "P", act: "openCallback", says: "Promise the customer a callback" },
  { letter: "C", act: "complete", says: "Complete the transfer" },
  { letter: "B", act: "takeBack", says: "Back to the customer: cancel the transfer" },
];

/** Call `run(act)` for the keys, `sheet()` for the question mark. */
export function listenForKeys(run, sheet) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey) {
      // The code is the key's place on the keyboard: with Alt, the character may be another.
      const found = KEYS.find((key) => event.code === `Key${key.letter}`);
      if (!found) return;
      event.preventDefault();
      run(found.act);
    } else if (event.key === "?" && !event.target.closest("input, textarea, select")) {
      event.preventDefault();
      sheet();
    }
  });
}
