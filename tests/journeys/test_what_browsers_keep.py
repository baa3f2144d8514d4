"""The search of a browser finds what a page keeps: in each of its stores, in its history, on the disk."""

import time

import pytest
from playwright.sync_api import BrowserType

from tests.canaries import browser as computers
from tests.canaries import places
from tests.canaries.searching import leaks
from tests.canaries.values import Planted
from tests.journeys.conftest import CHROMIUM, FLAGS, free_port

pytestmark = pytest.mark.e2e
KEPT_IN_A_ROW = """word => new Promise(done => {
  const asked = indexedDB.open("notes");
  asked.onupgradeneeded = () => asked.result.createObjectStore("rows");
  asked.onsuccess = () => {
    const writing = asked.result.transaction("rows", "readwrite");
    writing.objectStore("rows").put(word, 1);
    writing.oncomplete = () => { asked.result.close(); done(); };
  };
})"""
KEEPS = {
    "local storage": "word => localStorage.setItem('note', word)",
    "session storage": "word => sessionStorage.setItem('note', word)",
    "the window's name": "word => { window.name = word }",
    "a script's cookie": "word => { document.cookie = `note=${encodeURIComponent(word)}` }",
    "a title in the history": "word => { document.title = word }",
    "an address in the history": "word => history.pushState({}, '', `/notes/?q=${encodeURIComponent(word)}`)",
    "the state in the history": "word => history.replaceState({note: word}, '')",
    "a database's name": "word => new Promise(done => { indexedDB.open(word).onsuccess = () => done() })",
    "a row of a database": KEPT_IN_A_ROW,
    "a cache's name": "word => caches.open(word).then(() => 0)",
}
KEPT_ON_DISK = "word => caches.open('notes').then(notes => notes.put('/note/', new Response(word)))"


def test_what_a_page_keeps_is_found(chromium: BrowserType, tmp_path):
    planted, began, site = Planted(), time.time(), f"http://127.0.0.1:{free_port()}"
    with computers.a_computer(chromium, CHROMIUM, FLAGS, tmp_path / "desk") as context:
        context.route("**/*", lambda route: route.fulfill(body="<p>Hello", content_type="text/html"))
        page = context.new_page()
        page.goto(site)
        for place, keeping in KEEPS.items():
            page.evaluate(keeping, planted.value("name", place))
        page.evaluate(KEPT_ON_DISK, planted.value("name", "a cache on the disk"))
        kept = list(computers.kept(context, [computers.stores_of(page)]))
    found = {leak.canary.where for name, content in kept for leak in leaks(planted, name, content)}
    files = places.files_below(tmp_path / "desk", since=began, but=())
    on_disk = {leak.canary.where for name, content in files for leak in leaks(planted, name, content)}
    assert found == set(KEEPS)
    assert {"local storage", "a database's name", "a cache on the disk"} - on_disk == set()
