// The page without signal: the walk form for the plan that this phone noted, what waits, and what to do now
// (ADR 0046). Everything that is read stands in the page already, from the same templates as the form. ES2019.
(() => {
  const find = (name, where) => (where || document).querySelector(`[data-${name}]`);
  const language = document.documentElement.lang;
  const place = find("form-place");
  const DAYS = 15; // today and the 14 days that may still be told
  const MUCH_MORE = 3; // times the plan, as the server asks
  let me;
  let ahead = 0; // ms: the server's clock less this phone's, as it was noted last
  let changed; // the kept walk whose answers stand in the form

  const two = (number) => String(number).padStart(2, "0");
  const iso = (day) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;

  function daysBack(count) {
    const now = new Date(Date.now() + ahead);
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - count, 12);
  }

  function fillDays(form) {
    const select = find("days", form);
    const near = [select.dataset.today, select.dataset.yesterday];
    for (let back = 0; back < DAYS; back += 1) {
      const day = daysBack(back);
      const words = day.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
      select.add(new Option((near[back] || "%(day)s").replace("%(day)s", words), iso(day)));
    }
    const show = () => {
      find("chosen-day", form).textContent = select.selectedOptions.length ? select.selectedOptions[0].text : "";
    };
    select.addEventListener("change", show);
    show();
    return show;
  }

  // The plan's own choices in place of the example's.
  function fillAmounts(form, choices) {
    const tiles = form.querySelector(".minutes .tiles");
    const all = Array.from(tiles.querySelectorAll(".tile"));
    const plans = all.find((tile) => tile.querySelector("small"));
    const other = all[all.length - 1];
    const plain = all.find((tile) => tile !== plans && tile !== other);
    const made = choices.map(([value, words, isPlan], number) => {
      const tile = (isPlan ? plans : plain).cloneNode(true);
      const input = tile.querySelector("input");
      input.value = value;
      input.id = `id_${input.name}${number ? `_${value}` : ""}`;
      tile.querySelector("span").firstChild.textContent = isPlan ? `${words} ` : words;
      return tile;
    });
    tiles.textContent = "";
    tiles.append(...made, other);
  }

  // In what the plan counts; a walk that is changed, in what it was told.
  function build() {
    const { plan } = me;
    const [counts, units] = ["counts", "units"].map((name) => (changed && outbox.value(changed, name)) || plan[name]);
    const template = find(`variant="${counts}-${units}"`) || find("variant");
    place.textContent = "";
    place.append(template.content.cloneNode(true));
    const form = place.querySelector("form");
    form.elements.client_uuid.value = outbox.newKey();
    form.elements.person.value = me.person;
    fillAmounts(form, counts === plan.counts && units === plan.units ? plan.choices : []);
    ["before", "after"].forEach((when) => {
      // In light mode pain is asked once a week; what a kept walk lacked is asked when it comes back.
      const wanted = changed && changed.problems.some(({ field }) => field === `id_pain_${when}`);
      if (plan[when] === false && !wanted) form.querySelector(`[name="pain_${when}"]`).closest("fieldset").remove();
    });
    const settled = find("settled", form);
    if (!plan.lastWalk || plan.lastWalk >= iso(daysBack(0))) settled.remove();
    const showDay = fillDays(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(form).catch(() => show("broken"));
    });
    return { form, showDay };
  }

  // --- What is not right
  const picked = (form, name) => (form.elements[name] ? new FormData(form).get(name) || "" : "");

  function missing(form) {
    const names = Array.from(form.querySelectorAll("[data-missing] li")).map((line) => line.dataset.field);
    const amount = names.find((name) => ["minutes", "stepped", "metres"].includes(name));
    const beside = ["other_minutes", "distance", "steps"].some((name) => picked(form, name).trim());
    return names.filter((name) => form.elements[name] && !picked(form, name) && !(name === amount && beside));
  }

  function isMuchMore(form) {
    const { counts, planned } = me.plan;
    if (counts !== form.elements.counts.value) return false;
    const name = { minutes: "minutes", steps: "stepped" }[counts];
    const typed = { minutes: "other_minutes", steps: "steps" }[counts];
    const chosen = Number(picked(form, name)) || Number(picked(form, typed)) || 0;
    return planned > 0 && chosen > MUCH_MORE * planned && !form.elements.confirmed.checked;
  }

  function complain(form, problems) {
    const summary = find("problems");
    const lines = problems.map(({ field, text }) => {
      const line = document.createElement("li");
      const link = document.createElement(field && document.getElementById(field) ? "a" : "span");
      if (link.localName === "a") link.href = `#${field}`;
      link.textContent = text;
      link.addEventListener("click", (event) => {
        const there = document.getElementById(field);
        if (!there) return;
        event.preventDefault();
        const closed = there.closest("details:not([open])");
        if (closed) closed.open = true;
        there.focus();
      });
      line.append(link);
      return line;
    });
    const list = summary.querySelector("ul");
    list.textContent = "";
    list.append(...lines);
    form.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
    problems.forEach(({ field }) => {
      const there = field && document.getElementById(field);
      if (there) there.setAttribute("aria-invalid", "true");
    });
    if (problems.some(({ field }) => field === "id_confirmed")) find("confirm", form).hidden = false;
    summary.hidden = false;
    summary.focus();
    if (!document.title.startsWith(summary.dataset.title)) document.title = `${summary.dataset.title} ${document.title}`;
  }

  function faults(form) {
    const said = missing(form).map((name) => {
      const line = form.querySelector(`[data-missing] [data-field="${name}"]`);
      return { field: line.dataset.id, text: line.textContent };
    });
    if (isMuchMore(form)) said.push({ field: "id_confirmed", text: find("confirm", form).dataset.text });
    return said;
  }

  // --- Saving: written down first, then tried
  async function save(form) {
    const said = faults(form);
    if (said.length) return complain(form, said);
    let walk = outbox.walkOf(new FormData(form));
    if (changed) walk = await replace(walk);
    else walk = await outbox.keep(walk);
    changed = undefined;
    history.replaceState(null, "", `#kept-${walk.key}`);
    await showKept(walk, "");
    const came = await outbox.flush(walk.person, true);
    if (came.sent.length) return location.assign(came.sent[came.sent.length - 1].next);
    const stored = await outbox.find(walk.key);
    if (stored && stored.state === "look-again") return edit(stored);
    return showKept(walk, came.why);
  }

  // A changed walk keeps the instant it was first told, and takes another key where the old one was used up.
  async function replace(walk) {
    const key = changed.otherKey || changed.key;
    const newer = Object.assign(outbox.under(walk, key), { recordedAt: changed.recordedAt, changed: true });
    if (!(await outbox.move(changed, newer))) await outbox.change(key, () => newer);
    return newer;
  }

  function fill(form, walk) {
    walk.fields.forEach(([name, value]) => {
      if (["client_uuid", "person", "units", "counts", "asked_as"].includes(name)) return;
      const field = form.elements[name];
      if (!field) return;
      const boxes = field instanceof RadioNodeList ? Array.from(field) : [field];
      boxes.forEach((box) => {
        if (box.type === "radio" || box.type === "checkbox") box.checked = box.checked || box.value === value;
        else box.value = value;
        const closed = value && value !== box.defaultValue && box.closest("details.more");
        if (closed && (box.checked || box.type !== "checkbox")) closed.open = true;
      });
      const isChoice = boxes.some((box) => box.type === "radio");
      if (isChoice && value && !boxes.some((box) => box.checked)) fillOther(form, name, value);
    });
    form.elements.client_uuid.value = walk.key;
  }

  // A number that is no choice any more: under "Other".
  function fillOther(form, name, value) {
    const other = form.querySelector(`[name="${name}"][value="other"]`);
    const beside = form.elements[{ minutes: "other_minutes", stepped: "steps", metres: "distance" }[name]];
    if (!other || !beside) return;
    other.checked = true;
    beside.value = name === "metres" ? outbox.inUnits(value, form.elements.units.value) : value;
  }

  // --- Which of its parts the page shows
  function show(...names) {
    document.querySelectorAll("[data-part]").forEach((part) => {
      part.hidden = !names.includes(part.dataset.part);
    });
  }

  async function showKept(walk, why) {
    show("kept", "warnings");
    outbox.advise(find("kept"), walk, why);
    find("kept").querySelector("h1").focus();
  }

  function edit(walk) {
    changed = walk;
    show("form", "warnings");
    if (walk.raised) showRaised(walk);
    const { form, showDay } = build();
    fill(form, walk);
    showDay();
    if (walk.problems.length) complain(form, walk.problems);
  }

  // What to do now, for a walk that was refused and whose safety answers the team has.
  function showRaised(walk) {
    const part = find("raised");
    outbox.advise(part, walk, "");
    find("told-team", part).textContent = walk.raised;
  }

  function fillClinic() {
    if (!me || !me.plan.tel) return;
    document.querySelectorAll("[data-call]").forEach((call) => {
      const link = call.querySelector("a");
      link.href = `tel:${me.plan.tel}`;
      link.textContent = call.dataset.words.replace("%(name)s", me.plan.clinic).replace("%(phone)s", me.plan.phone);
      call.hidden = false;
    });
  }

  async function begin() {
    me = await outbox.recall("me");
    ahead = (await outbox.recall("clock")) || 0;
    fillClinic();
    const [, what, key] = /^#(kept|change)-(.+)$/.exec(location.hash) || [];
    const walk = key && (await outbox.find(key));
    const isMine = walk && me && walk.person === me.person;
    if (what === "kept" && walk) return showKept(isMine ? walk : { fields: [], person: "" }, isMine ? "" : "other");
    if (!me) return show("nobody", "warnings");
    if (me.plan.closed) return show("closed", "warnings");
    if (what === "change" && isMine) return edit(walk);
    if (what) return show("gone", "warnings");
    show("start", "form", "warnings");
    build();
    return undefined;
  }

  addEventListener("hashchange", () => /^#(kept|change)-/.test(location.hash) && begin().catch(() => show("broken")));
  document.addEventListener("sent", ({ detail }) => {
    const kept = find("kept");
    if (kept.hidden) return;
    kept.querySelectorAll("[data-why]").forEach((said) => {
      said.hidden = said.dataset.why !== detail.why;
    });
    if (detail.sent.length) show("warnings");
  });
  begin().catch(() => show("broken", "warnings"));
})();
