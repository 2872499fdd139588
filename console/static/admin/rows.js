// Lists whose rows come, go and change places: by button, by key, by mouse or finger.

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"];
let made = 0;

const listOf = (name) => document.querySelector(`[data-rows="${CSS.escape(name)}"]`);

/** A fresh row from the list's template; its fields get a mark of their own. */
function fresh(name) {
  const template = document.getElementById(`new-${name}`);
  const holder = document.createElement("div");
  made += 1;
  holder.innerHTML = template.innerHTML.replaceAll("NEW", `n${Date.now().toString(36)}x${made}`);
  return holder.firstElementChild;
}

/** Add an empty row at the end and go to its first field. */
export function addRow(name) {
  const row = fresh(name);
  listOf(name).append(row);
  row.querySelector("input:not([type=hidden]), select")?.focus();
  return row;
}

/** Take a row away and stay near it with the keyboard. */
export function removeRow(button) {
  const row = button.closest("[data-row]");
  const list = row.parentElement;
  const near = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  const next = near?.querySelector("[data-remove]");
  (next ?? list.parentElement.querySelector("[data-adds]") ?? list).focus?.();
}

/** Move a row by one place. The button keeps the focus, so that it can be pressed again. */
export function moveRow(button, by) {
  const row = button.closest("[data-row]");
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  shown(row);
  tellPlace(row);
  const stuck = by < 0 ? !row.previousElementSibling : !row.nextElementSibling;
  const opposite = row.querySelector(by < 0 ? "[data-down]" : "[data-up]");
  (stuck && opposite ? opposite : button).focus();
}

/** Say aloud where a row stands now. */
function tellPlace(row) {
  const rows = [...row.parentElement.children];
  const name = row.querySelector("input[name$='.name']")?.value;
  const said = `${name || "This row"} is number ${rows.indexOf(row) + 1} of ${rows.length} now.`;
  document.getElementById("told").textContent = said;
}

function shown(row) {
  row.classList.remove("is-moved");
  requestAnimationFrame(() => row.classList.add("is-moved"));
}

/** Give other days the hours of this one. */
export function copyDay(day, onto) {
  const all = [...document.querySelectorAll("[data-day]")].map((each) => each.dataset.day);
  const from = [...listOf(`week.${day}`).querySelectorAll("[data-row]")].map((row) =>
    [...row.querySelectorAll("input")].map((input) => input.value),
  );
  for (const other of onto === "all" ? all : WEEKDAYS) {
    if (other === day) continue;
    const rows = from.map((values) => {
      const row = fresh(`week.${other}`);
      row.querySelectorAll("input").forEach((input, index) => {
        input.value = values[index];
      });
      return row;
    });
    listOf(`week.${other}`).replaceChildren(...rows);
  }
}

/** Let rows be dragged by their grips, with the mouse, a pen or a finger. */
export function dragRows(dropped) {
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0) return;
    const row = grip.closest("[data-row]");
    const list = row.parentElement;
    event.preventDefault();
    row.classList.add("is-dragged");
    const move = (moved) => {
      const after = [...list.children].find((each) => {
        const box = each.getBoundingClientRect();
        return each !== row && moved.clientY < box.top + box.height / 2;
      });
      if (after) {
        if (row.nextElementSibling !== after) after.before(row);
      } else if (list.lastElementChild !== row) {
        list.append(row);
      }
    };
    const end = () => {
      document.removeEventListener("pointermove", move);
      row.classList.remove("is-dragged");
      shown(row);
      dropped(list);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end, { once: true });
    document.addEventListener("pointercancel", end, { once: true });
  });
}
