"""A shared computer of a clinic and a patient's phone: a browser that keeps a profile, and what it keeps."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Page

from tests.access import table
from tests.access.addresses import addresses
from tests.access.world import Side
from tests.canaries.filling import plain
from tests.canaries.values import Planted
from tests.factories import PASSWORD
from tests.second_factors import App

TYPED = "main :is(input[type=text], input[type=search], input[type=email], input[type=tel], textarea):visible"
# Opens only what is there: asking for a database makes it.
STORES = """async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const rows = async ({ name }) => {
    const database = await done(indexedDB.open(name));
    const stores = Array.from(database.objectStoreNames);
    const read = (store) => done(database.transaction(store).objectStore(store).getAll());
    const all = await Promise.all(stores.map(read));
    database.close();
    return { name, stores, all };
  };
  return ({
  local: {...localStorage}, session: {...sessionStorage}, name: window.name, cookies: document.cookie,
  databases: await Promise.all((await indexedDB.databases()).map(rows)), caches: await caches.keys(),
  history: JSON.stringify(history.state),
})}"""


@contextmanager
def a_computer(
    chromium: BrowserType, program: str, flags: list[str], profile: Path
) -> Iterator[BrowserContext]:
    """A browser with JavaScript, whose profile stays on the disk after it was closed."""
    context = chromium.launch_persistent_context(
        str(profile), executable_path=program, args=flags, locale="en-GB"
    )
    try:
        yield context
    finally:
        context.close()


def type_into(page: Page, planted: Planted, path: str) -> None:
    """A canary into each text field that shows; the form of the last one is sent."""
    boxes = page.locator(TYPED).all()
    for box in boxes:
        name = plain(box.get_attribute("name") or "")
        kind = "e-mail" if box.get_attribute("type") == "email" else "words"
        box.fill(planted.value(kind, f"browser: {path} {name}", int(box.get_attribute("maxlength") or 200)))
    with page.expect_navigation():
        boxes[-1].evaluate("box => box.form.requestSubmit()")


def sign_in_at_the_desk(page: Page, side: Side, site: str) -> None:
    """As a clinician, with the second factor."""
    user = side.staff["clinician"].user
    app = App.of(user, datetime.now(UTC))
    page.goto(f"{site}/staff/sign-in/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(app.code(datetime.now(UTC)))
    page.locator("main button").first.click()
    page.wait_for_url("**/review/")


def type_at_the_desk(page: Page, planted: Planted, side: Side, site: str) -> None:
    """A new patient, a search, a colleague's record, a note."""
    item = side.rows["reviewers"].pk
    for path in (
        "/admin/patients/patient/add/",
        "/admin/patients/patient/",
        "/emergency/",
        f"/review/{item}/",
    ):
        page.goto(site + path)
        type_into(page, planted, path)


def ask_for_a_code(page: Page, side: Side, site: str) -> None:
    page.goto(f"{site}/sign-in/")
    page.get_by_label("Your e-mail address").fill(side.second.user.email)
    page.locator("main button").first.click()


def sign_in_on_the_phone(page: Page, code: str) -> None:
    page.get_by_label("Code from the e-mail").fill(code)
    page.locator("main button").first.click()


def type_on_the_phone(page: Page, planted: Planted, site: str) -> None:
    """A walk with a note, and a request about the own data."""
    for path in ("/walks/new/", "/your-data/"):
        page.goto(site + path)
        page.locator("main details").evaluate_all("all => all.forEach(each => { each.open = true })")
        type_into(page, planted, path)


def pages_of(side: Side, who: str) -> list[str]:
    """What this person may open, while every row is there."""
    cells = table.read()
    opened = [each for each in addresses() if cells.get((each.route, "GET"), {}).get(who, "ok") == "ok"]
    return [each.of(side) for each in opened if not each.route.startswith("healthz/")]


def look_at(page: Page, site: str, paths: list[str]) -> list[str]:
    """Opens them all; what each page keeps in the browser, in JSON."""
    kept = []
    for path in paths:
        page.goto(site + path)
        kept.append(stores_of(page))
    return kept


def stores_of(page: Page) -> str:
    """All but whom to call without signal: the outbox keeps the clinic's name and phone, by design."""
    stores = page.evaluate(STORES)
    stores["databases"] = json.loads(json.dumps(stores["databases"]), object_hook=_but_the_clinic)
    return json.dumps(stores)


def _but_the_clinic(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("clinic", "phone", "tel")}


def kept(context: BrowserContext, stores: list[str]) -> Iterator[tuple[str, str]]:
    """What the pages kept, the cookies, and the browser's list of what was opened: address and title."""
    history = context.new_cdp_session(context.pages[-1]).send("Page.getNavigationHistory")
    yield "storage of pages", "\n".join(dict.fromkeys(stores))
    yield "cookies", json.dumps(context.cookies())
    yield "history", json.dumps(history)
