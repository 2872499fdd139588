// The sign-in: a session from the API, then on to the page that was asked for.

import { post } from "./api.js";

const form = document.querySelector("[data-signin]");
const error = document.getElementById("signin-error");
const button = form.querySelector("button[type=submit]");

async function signIn(name, password) {
  error.hidden = true;
  button.disabled = true;
  try {
    await post("/session", { name, password });
    location.assign(form.dataset.next);
  } catch (refusal) {
    error.textContent = `${refusal.detail} ${refusal.whatToDo}`;
    error.hidden = false;
    button.disabled = false;
    form.elements.password.select();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, password } = form.elements;
  if (!name.value.trim()) return name.focus();
  if (!password.value) return password.focus();
  return signIn(name.value.trim(), password.value);
});

for (const person of document.querySelectorAll("[data-demo-name]")) {
  person.addEventListener("click", () => {
    form.elements.name.value = person.dataset.demoName;
    form.elements.password.value = person.dataset.demoPassword;
    signIn(person.dataset.demoName, person.dataset.demoPassword);
  });
}
