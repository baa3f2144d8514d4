// While weeks are edited, asks the server for the plan as typed and puts it beside them. The buttons of the rows do
// the same without leaving the page. Nothing is stored; without this script Preview and the buttons send the form.
const form = document.querySelector("form[data-preview]");
const part = (where, name) => where.querySelector(`[data-part="${name}"]`);
const WAIT = 400; // ms without typing

let timer;
let asking;
let unanswered; // a button whose press got no answer: the form is sent as without this script

async function ask(button) {
  clearTimeout(timer);
  if (asking) asking.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  if (button) body.set(button.name, button.value);
  const answer = await fetch(form.dataset.preview, { method: "POST", body, redirect: "error", signal: asking.signal });
  if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function show(fresh) {
  const preview = part(fresh, "preview");
  const before = form.querySelector(".week-by-week");
  const wasOpen = before && before.open;
  part(form, "preview").replaceWith(preview);
  const details = form.querySelector(".week-by-week");
  if (details && wasOpen) details.open = true;
  form.querySelector("[data-reason]").classList.toggle("only-with-warning", !("warns" in preview.dataset));
  form.querySelector("[data-live]").hidden = false;
  form.querySelector("[data-late]").hidden = true;
  form.querySelector("[data-status]").textContent = preview.dataset.said;
}

function showTotals(fresh) {
  const totals = fresh.querySelectorAll("[data-total]");
  form.querySelectorAll("[data-total]").forEach((cell, place) => {
    if (totals[place]) cell.textContent = totals[place].textContent;
  });
}

function showRows(fresh, button) {
  part(form, "weeks").replaceWith(part(fresh, "weeks"));
  const rows = form.querySelectorAll("table.weeks tbody tr");
  const [what, place] = button.value.split("-");
  const row = rows[what === "repeat" ? Number(place) + 1 : rows.length - 1];
  const first = row && row.querySelector(".minutes input, .distance_m input, .steps input");
  if (first) first.focus();
}

function late(error) {
  if (error.name === "AbortError") return;
  form.querySelector("[data-live]").hidden = false;
  form.querySelector("[data-late]").hidden = false;
}

async function renew() {
  let fresh;
  try {
    fresh = await ask();
  } catch (error) {
    return late(error);
  }
  show(fresh);
  showTotals(fresh);
}

async function press(button) {
  let fresh;
  try {
    fresh = await ask(button);
  } catch (error) {
    if (error.name === "AbortError") return;
    unanswered = button;
    return form.requestSubmit(button);
  }
  showRows(fresh, button);
  show(fresh);
}

if (form) {
  form.addEventListener("input", (event) => {
    if (["warning_reason", "note_to_patient", "goal"].includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(renew, WAIT);
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !["row", "add_week", "preview"].includes(button.name) || button === unanswered) return;
    event.preventDefault();
    if (button.name === "preview") renew();
    else press(button);
  });
}
