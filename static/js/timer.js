// Shows how long a walk has been going on. It counts nothing: each time it takes the clock's difference to the
// start, so that a hidden page, a locked phone and changed clocks cost no second. The server has the start; the
// walk's minutes are reckoned there. ES2019, for old phones.
const shown = document.querySelector("[data-started]");
const started = Number(shown.dataset.started);
const arrival = performance.getEntriesByType("navigation")[0];
const answered = arrival && arrival.responseStart ? performance.timeOrigin + arrival.responseStart : Date.now();
const ahead = answered - Number(shown.dataset.now); // this device's clock against the server's, in ms

function two(number) {
  return String(number).padStart(2, "0");
}

function show() {
  const seconds = Math.max(0, Math.floor((Date.now() - ahead - started) / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  shown.textContent = hours ? `${hours}:${rest}` : rest;
}

function tick() {
  show();
  setTimeout(tick, 1000 - ((Date.now() - ahead - started) % 1000));
}

addEventListener("pageshow", show);
document.addEventListener("visibilitychange", show);
tick();
