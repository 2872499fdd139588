// What was typed and not saved stays in this tab, through a lost session, a reload or a crash.

const key = (form) => `warmline.typed:${location.pathname}:${form.getAttribute("hx-post")}`;

/** Keep what the form says now. */
export function keepTyped(form) {
  try {
    sessionStorage.setItem(key(form), new URLSearchParams(new FormData(form)).toString());
  } catch {
    // Without storage the form itself is all there is; leaving the page then warns.
  }
}

/** It is saved; nothing has to be kept. */
export function forgetTyped(form) {
  try {
    sessionStorage.removeItem(key(form));
  } catch {
    // There was nothing to forget.
  }
}

function kept(form) {
  try {
    return sessionStorage.getItem(key(form));
  } catch {
    return null;
  }
}

/** Offer what was typed earlier and never saved. */
export function offerTyped(form, begin) {
  const typed = kept(form);
  if (!typed) return;
  const box = document.createElement("div");
  box.className = "notice notice-info";
  box.setAttribute("role", "status");
  const words = document.createElement("div");
  words.textContent = "You typed something here that was not saved. ";
  const take = button("Take it up again", () => takeUp(form, typed, begin));
  const drop = button("Forget it", () => {
    forgetTyped(form);
    box.remove();
  });
  words.append(take, " ", drop);
  box.append(words);
  form.prepend(box);
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-quiet btn-sm";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

async function takeUp(form, typed, begin) {
  const word = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(form.getAttribute("hx-post"), {
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "X-CSRF-Token": word,
      "X-Only-Show": "yes",
    },
    body: typed,
  });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = document.getElementById("main");
  main.replaceChildren(...page.getElementById("main").childNodes);
  forgetTyped(form);
  window.htmx.process(main);
  begin();
  const again = document.querySelector("form[data-keep]");
  again.dispatchEvent(new Event("input", { bubbles: true }));
}
