// The walks that this phone keeps until the server has them (ADR 0046). The pages and the service worker share this
// file; it touches no page but in its last lines. ES2019, for old phones.
const outbox = (() => {
  const PATIENCE = 4000; // ms until a request on a dying connection is given up
  const TOKEN = "csrfmiddlewaretoken";

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("waymark", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("walks", { keyPath: "key" });
        asked.result.createObjectStore("notes");
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close();
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
    });
  }

  // One transaction; "strict": it is on the disk before anybody is told "kept".
  async function using(name, mode, work) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(name, mode, { durability: "strict" });
        const request = work(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(request && request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  const recall = (name) => using("notes", "readonly", (notes) => notes.get(name));
  const remember = (name, value) => using("notes", "readwrite", (notes) => notes.put(value, name));
  const find = (key) => using("walks", "readonly", (walks) => walks.get(key));
  const all = () => using("walks", "readonly", (walks) => walks.getAll());

  // Puts what `make` answers for the stored walk: null removes it, undefined leaves it as it is.
  function change(key, make) {
    return using("walks", "readwrite", (walks) => {
      const found = walks.get(key);
      found.onsuccess = () => {
        const made = make(found.result);
        if (made === null) walks.delete(key);
        else if (made) walks.put(made);
      };
    });
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  const value = (walk, name) => (walk.fields.find((field) => field[0] === name) || [])[1] || "";
  const answersOf = (walk) => JSON.stringify(walk.fields.filter((field) => field[0] !== "client_uuid"));

  const inUnits = (metres, units) => String(Math.round((metres / (units === "mi" ? 1609.344 : 1000)) * 100) / 100);

  // A form's answers as they are kept; its token is not: it may be void when the walk is sent.
  function walkOf(data) {
    const fields = Array.from(data.entries()).filter((field) => field[0] !== TOKEN);
    const walk = { fields, recordedAt: new Date().toISOString(), state: "waiting", problems: [], stamp: newKey() };
    walk.key = value(walk, "client_uuid");
    walk.person = value(walk, "person");
    return walk;
  }

  function under(walk, key) {
    const fields = walk.fields.map((field) => (field[0] === "client_uuid" ? [field[0], key] : field));
    return Object.assign({}, walk, { key, fields });
  }

  // Writes it down before anything is sent. The same form again is the same walk; a form that was opened twice and
  // answered differently is another walk.
  async function keep(walk) {
    const stored = await find(walk.key);
    const kept = stored && answersOf(stored) !== answersOf(walk) ? under(walk, newKey()) : walk;
    await change(kept.key, () => kept);
    return kept;
  }

  // Only as it was sent: an answer changed meanwhile stays.
  const drop = (walk) => change(walk.key, (stored) => (stored && stored.stamp === walk.stamp ? null : undefined));

  // Nothing but our own JSON is an answer; a redirect, a page or silence are none (status 0).
  async function ask(path, options) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const always = { credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal };
      const answer = await fetch(path, Object.assign(always, options));
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      const told = isJson ? await answer.json() : {};
      return { status: answer.status, told, pause: Number(answer.headers.get("Retry-After")) || 0 };
    } catch (error) {
      return { status: 0, told: {}, pause: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  // The server's clock less this phone's, from the server's newest answer; ms.
  async function learnClock(told) {
    if (told.now) await remember("clock", told.now - Date.now());
  }

  // Who is signed in, with a fresh token.
  async function who() {
    const answer = await ask("/outbox/", {});
    await learnClock(answer.told);
    return answer;
  }

  function body(walk, token) {
    const sent = new URLSearchParams(walk.fields);
    if (walk.straight) sent.set("straight", "yes");
    sent.set("recorded_at", walk.recordedAt);
    sent.set("sent_at", new Date().toISOString());
    sent.set(TOKEN, token);
    return sent;
  }

  // Sends one walk; what came of it: saved, sign-in, other, look-again, token or later.
  async function deliver(walk, token) {
    const headers = { "X-Outbox": walk.person };
    const answer = await ask("/outbox/walks/", { method: "POST", headers, body: body(walk, token) });
    const { status, told } = answer;
    if ((status === 200 || status === 201) && told.saved === walk.key) {
      await drop(walk);
      return { what: "saved", key: walk.key, next: told.next, listFollows: told.listFollows, urgent: told.urgent };
    }
    if (status === 422 && told.problems) {
      await learnClock(told);
      await change(walk.key, (stored) => stored && Object.assign({}, stored, refused(told)));
      return { what: "look-again", otherKey: told.key };
    }
    const known = { 401: "sign-in", 403: "token", 409: "other" };
    return { what: known[status] || "later", pause: answer.pause };
  }

  // A form on its way. `straight`, also for a page that sends it at this moment: its person is asked first where the same
  // answers were saved just now. Once a page has said "kept", no more.
  const keepForm = (data) => keep(Object.assign(walkOf(data), { straight: true }));
  async function deliverForm(walk, token) {
    const came = await deliverWith(walk, token);
    if (came.what !== "saved" && came.what !== "look-again") {
      await change(walk.key, (stored) => stored && Object.assign({}, stored, { straight: false }));
    }
    return came;
  }

  // With the form's own token; a token from before a new sign-in is refused, and replaced.
  async function deliverWith(walk, token) {
    const came = await deliver(walk, token);
    if (came.what !== "token") return came;
    const asked = await who();
    if (asked.status === 401) return { what: "sign-in" };
    const again = asked.told.csrf ? await deliver(walk, asked.told.csrf) : came;
    return again.what === "token" ? { what: "later" } : again;
  }

  // `raised`: that the team has been told of the safety answers, although the walk is not saved.
  const refused = ({ problems, key, raised }) => ({ state: "look-again", problems, otherKey: key || "", raised });

  return { using, recall, remember, find, all, change, newKey, value, inUnits, walkOf, under, keep, keepForm, drop, who, deliver, deliverForm };
})();

// On a page: the other scripts, in their order; on the walk form not before it is touched, so that it comes first.
if (typeof document !== "undefined") {
  outbox.page = document.currentScript.dataset;
  const begin = () => {
    for (const address of outbox.page.more.split(" ").filter(Boolean)) {
      const script = document.createElement("script");
      script.src = address;
      script.async = false;
      document.head.append(script);
    }
  };
  if (outbox.page.when === "touched") {
    const events = ["pointerdown", "keydown", "focusin"];
    const once = () => {
      events.forEach((name) => removeEventListener(name, once, true));
      begin();
    };
    events.forEach((name) => addEventListener(name, once, true));
    outbox.all().then((walks) => walks.length && once(), () => undefined);
  } else if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}
