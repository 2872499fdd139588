// Hear a sentence in the browser's own voice. Callers hear Twilio's, and the page says so.

import { toast } from "../js/toast.js";

/** Speak the field that the button names, or what stands in grey when it is empty. */
export function listen(button) {
  const field = document.getElementById(button.dataset.listen);
  const template = field.value.trim() || field.placeholder;
  if (!template) {
    toast("info", "There is nothing to say yet.");
    return;
  }
  if (!("speechSynthesis" in window)) {
    toast("info", "This browser has no voice.");
    return;
  }
  const examples = document.getElementById("examples")?.dataset ?? {};
  const name = (word) => word.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const text = template.replace(/\{([a-z_]+)\}/g, (_, word) => examples[name(word)] ?? word);
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = button.dataset.tag;
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}
