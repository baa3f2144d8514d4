// What every patient's page does about walks that this phone keeps (ADR 0046): it sends them, shows them, notes what
// the page without signal needs, and registers the service worker. All words come from the page. ES2019.
(() => {
  const { person, worker, off } = outbox.page;
  const FRESH = 3600000; // ms that a note of the plan is used without asking again
  const AGAIN = 15000; // ms until a question without an answer is asked again
  const SHELL = "/offline/";
  const find = (name, where) => (where || document).querySelector(`[data-${name}]`);
  const language = document.documentElement.lang;

  // --- What waits is sent
  const PAUSES = [30, 120, 600, 3600]; // s between attempts when the server is away or busy
  const LEASE = 60000; // ms, where the browser has no locks

  // Its key was used up by an earlier walk of a form that stood open: this is another walk. One that was changed on this
  // phone, or comes straight from its form, may be the same: its person is asked.
  async function deliverKept(walk, token) {
    const came = await outbox.deliver(walk, token);
    if (!came.otherKey || walk.changed || walk.straight) return came;
    const other = outbox.under(walk, came.otherKey);
    return (await move(walk, other)) ? outbox.deliver(other, token) : came;
  }

  // In one transaction, so that a kill leaves one of them; not where the walk was changed meanwhile.
  function move(walk, other) {
    let moved = false;
    return outbox.using("walks", "readwrite", (walks) => {
      const found = walks.get(walk.key);
      found.onsuccess = () => {
        moved = Boolean(found.result) && found.result.stamp === walk.stamp;
        if (!moved) return;
        walks.delete(walk.key);
        walks.put(other);
      };
    }).then(() => moved);
  }

  // One page at a time; where there are no locks, a lease in the database, which a closed page leaves to run out.
  async function alone(work) {
    if (navigator.locks) return navigator.locks.request("waymark-outbox", work);
    if (!(await takeLease())) return { why: "busy", sent: [] };
    try {
      return await work();
    } finally {
      await outbox.remember("lease", 0);
    }
  }

  function takeLease() {
    let taken = false;
    return outbox.using("notes", "readwrite", (notes) => {
      const lease = notes.get("lease");
      lease.onsuccess = () => {
        taken = !(lease.result > Date.now() && lease.result <= Date.now() + LEASE);
        if (taken) notes.put(Date.now() + LEASE, "lease");
      };
    }).then(() => taken);
  }

  const waiting = async (person) =>
    (await outbox.all())
      .filter((walk) => walk.person === person && walk.state === "waiting")
      .sort((one, other) => (one.recordedAt < other.recordedAt ? -1 : 1));

  async function pause(seconds) {
    const before = (await outbox.recall("pause")) || { tries: 0 };
    const planned = seconds || PAUSES[Math.min(before.tries, PAUSES.length - 1)];
    await outbox.remember("pause", { until: Date.now() + planned * 1000, tries: before.tries + 1 });
  }

  // Clocks are set: a pause longer than any of ours is none.
  async function isPaused() {
    const noted = await outbox.recall("pause");
    const left = noted ? noted.until - Date.now() : 0;
    return left > 0 && left <= PAUSES[PAUSES.length - 1] * 1000;
  }

  // Sends what this person has waiting; `now`: also in a pause. Answers {sent, why}.
  function flush(person, now) {
    return alone(async () => {
      const walks = await waiting(person);
      if (!walks.length) return { sent: [], why: "" };
      if (!now && (await isPaused())) return { sent: [], why: "later" };
      const asked = await outbox.who();
      if (asked.status === 401) return { sent: [], why: "sign-in" };
      if (asked.status === 200 && asked.told.person && asked.told.person !== person) return { sent: [], why: "other" };
      if (asked.status !== 200 || !asked.told.csrf) return later([], asked.pause);
      return sendEach(walks, asked.told.csrf);
    });
  }

  async function later(sent, seconds) {
    await pause(seconds);
    return { sent, why: "later" };
  }

  async function sendEach(walks, token) {
    const sent = [];
    for (const walk of walks) {
      const came = await deliverKept(walk, token);
      if (came.what === "saved") sent.push(came);
      else if (came.what === "later" || came.what === "token") return later(sent, came.pause);
      else if (came.what !== "look-again") return { sent, why: came.what };
    }
    await outbox.remember("pause", null);
    return { sent, why: "" };
  }

  Object.assign(outbox, { move, flush });

  // Whose pages these are. Another person's plan is forgotten before anything else.
  async function learn() {
    const me = await outbox.recall("me");
    if (me && me.person !== person) await outbox.remember("me", null);
    const isFresh = me && me.person === person && Math.abs(Date.now() - me.at) < FRESH;
    if (isFresh && !find("learn")) return;
    const { status, told } = await outbox.who();
    if (status === 200 && told.person === person) {
      await outbox.remember("me", { person, plan: told.plan, at: Date.now() });
    } else if (!status && !document.hidden) {
      setTimeout(() => learn().catch(() => undefined), AGAIN); // one page may be all that is opened before the signal goes
    }
  }

  async function switchWorker() {
    if (!navigator.serviceWorker) return;
    if (off === undefined) {
      await navigator.serviceWorker.register(worker, { scope: "/", updateViaCache: "none" });
      return;
    }
    const registered = await navigator.serviceWorker.getRegistrations();
    await Promise.all(registered.map((each) => each.unregister()));
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("waymark-shell-")).map((name) => caches.delete(name)));
  }

  const isIntercepted = () => off === undefined && navigator.serviceWorker && navigator.serviceWorker.controller;

  // On the page without signal it is the person noted last.
  async function whose() {
    if (person) return person;
    const me = find("shell") && (await outbox.recall("me"));
    return me ? me.person : "";
  }

  const own = async () => {
    const mine = await whose();
    return (await outbox.all()).filter((walk) => mine && walk.person === mine);
  };

  async function send(now) {
    const mine = await whose();
    if (!mine) return { sent: [], why: "" };
    const came = await outbox.flush(mine, now);
    came.sent.forEach(tell);
    renewForm(came.sent);
    if (find("pending")) await list(came.why);
    document.dispatchEvent(new CustomEvent("sent", { detail: came }));
    return came;
  }

  // The form of a walk that was kept stands open until the walk is saved: what is answered in it now is another walk.
  function renewForm(sent) {
    const form = find("outbox-form");
    const key = form && form.elements.client_uuid;
    if (key && sent.some((walk) => walk.key === key.value)) key.value = outbox.newKey();
  }

  // --- What was sent, and what waits
  function tell({ next, listFollows, urgent }) {
    const told = find("told");
    if (!told) return;
    const line = told.content.cloneNode(true);
    const kind = urgent ? "urgent" : listFollows ? "list" : "plain";
    line.querySelectorAll("[data-kind]").forEach((part) => part.dataset.kind !== kind && part.remove());
    line.querySelector("a").href = next;
    told.after(line);
  }

  function amountOf(walk, words) {
    const value = (name) => (outbox.value(walk, name) === "other" ? "" : outbox.value(walk, name));
    const units = outbox.value(walk, "units") || "km";
    const metres = Number(value("metres"));
    const known = [
      [value("minutes") || value("other_minutes"), words.minutes],
      [value("stepped") || value("steps"), words.steps],
      [metres ? outbox.inUnits(metres, units) : value("distance"), words[units]],
    ].find((pair) => pair[0]);
    return known ? `${known[1]}: ${known[0]}` : "";
  }

  function dayOf(walk) {
    const on = new Date(`${outbox.value(walk, "walked_on")}T12:00:00`);
    if (Number.isNaN(on.getTime())) return "";
    return on.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
  }

  function row(walk, place) {
    const line = find("row", place).content.cloneNode(true);
    find("day", line).textContent = dayOf(walk);
    find("amount", line).textContent = amountOf(walk, place.dataset);
    const problem = find("problem", line);
    problem.hidden = walk.state !== "look-again";
    problem.textContent = walk.problems.map((each) => each.text).join(" ");
    const team = find("told-team", line);
    team.hidden = !walk.raised;
    team.textContent = walk.raised || "";
    find("change", line).href = `${SHELL}#change-${walk.key}`;
    const sure = find("sure", line);
    find("remove", line).addEventListener("click", () => {
      sure.hidden = false;
      find("no", sure).focus();
    });
    find("no", line).addEventListener("click", () => {
      sure.hidden = true;
    });
    find("yes", line).addEventListener("click", async () => {
      await outbox.change(walk.key, () => null);
      await list("");
    });
    return line;
  }

  async function list(why) {
    const place = find("pending");
    const walks = await own();
    place.hidden = !walks.length;
    const rows = find("walks", place);
    rows.textContent = "";
    rows.append(...walks.map((walk) => row(walk, place)));
    place.querySelectorAll("[data-why]").forEach((said) => {
      said.hidden = said.dataset.why !== why;
    });
  }

  // --- The walk form where no worker stands between: sent by script, kept when there is no answer
  async function sendForm(form) {
    const data = new FormData(form);
    let walk;
    try {
      walk = await outbox.keepForm(data);
    } catch (error) {
      return form.submit(); // this browser keeps nothing: as without script
    }
    const came = await outbox.deliverForm(walk, data.get("csrfmiddlewaretoken"));
    if (came.what === "saved") return location.assign(came.next);
    if (came.what === "look-again") {
      await outbox.drop(walk);
      return form.submit(); // the server shows the form again, with what is not right
    }
    return showKept(form, walk, came.what);
  }

  function showKept(form, walk, why) {
    const kept = find("kept-template").content.cloneNode(true);
    outbox.advise(find("kept", kept), walk, why);
    const main = document.getElementById("main");
    main.textContent = "";
    main.append(kept);
    main.querySelector("h1").focus();
  }

  // What to do now, for what was ticked; shown with every walk that is kept.
  outbox.advise = (kept, walk, why) => {
    kept.hidden = false;
    const ticked = walk.fields.filter((field) => ["symptoms", "fall"].includes(field[0])).map((field) => field[1]);
    const pains = walk.fields.filter((field) => field[0].startsWith("pain_")).map((field) => Number(field[1]) || 0);
    const fits = (card) =>
      (card.dataset.codes || "").split(" ").some((code) => ticked.includes(code)) ||
      Math.max(...pains) >= Number(card.dataset.pain || 11);
    const cards = Array.from(kept.querySelectorAll("[data-codes], [data-pain]"));
    const card = cards.find(fits);
    cards.forEach((each) => {
      each.hidden = each !== card;
    });
    kept.querySelectorAll("[data-urgent]").forEach((part) => {
      part.hidden = !card;
    });
    kept.querySelectorAll("[data-why]").forEach((said) => {
      said.hidden = said.dataset.why !== why;
    });
  };

  function watchForm() {
    const form = find("outbox-form");
    if (!form) return;
    form.addEventListener("submit", (event) => {
      if (isIntercepted()) return;
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = "yes";
      sendForm(form);
    });
  }

  // --- Signing out: a walk that waits is tried once more, then named; it stays on the phone either way
  function watchSignOut() {
    const form = find("sign-out");
    if (!form) return;
    const leave = async () => {
      await outbox.remember("me", null).catch(() => undefined);
      form.submit();
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await send(true).catch(() => undefined);
      const waits = await own().catch(() => []);
      const warning = find("sign-out-warning");
      if (!waits.length || !warning) return leave();
      if (!warning.hidden) return leave();
      warning.hidden = false;
      warning.focus();
    });
  }

  async function forget() {
    if (!find("forget")) return;
    await outbox.remember("me", null);
  }

  async function nameWaiting() {
    const place = find("waits-for-somebody");
    if (place) place.hidden = !(await outbox.all()).length;
  }

  async function begin() {
    watchForm();
    watchSignOut();
    await (person ? learn() : forget());
    await nameWaiting();
    if (find("pending")) await list("");
    await send(false);
    if (person) await switchWorker();
    else if (off !== undefined) await switchWorker();
  }

  addEventListener("online", () => send(true));
  addEventListener("pageshow", (event) => event.persisted && send(false));
  document.addEventListener("visibilitychange", () => document.hidden || send(false));
  document.addEventListener("click", (event) => event.target.closest("[data-send]") && send(true));
  setInterval(() => document.hidden || send(false), 60000);
  begin().catch((error) => {
    document.documentElement.dataset.outbox = error.name; // no database, as in some private windows: nothing is kept
  });
})();
