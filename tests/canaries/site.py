"""A Waymark of real processes, asked over HTTP by everybody, with everything that it writes at hand."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.test import Client
from django.utils.encoding import iri_to_uri

from tests.canaries.values import Planted

CSRF_SECRET = "k" * 32  # in the cookie and in each form: a secret is its own token
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """One response of the real web server."""

    path: str
    status: int
    headers: list[tuple[str, str]]
    text: str

    @property
    def location(self) -> str:
        return next((value for name, value in self.headers if name.lower() == "location"), "")

    @property
    def is_turned_away(self) -> bool:
        """Led to a sign-in page: the session has ended."""
        return "/sign-in/" in self.location


@dataclass
class Site:
    """The web server's address, the people who ask it, and their cookies."""

    port: int
    planted: Planted
    sign_in: dict[str, Callable[[], Client]]
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def ask(
        self, who: str, method: str, path: str, body: dict[str, list[str]] | bytes = b"", **head: str
    ) -> Answer:
        """Sends a request as this person; a session that has ended is begun anew, once."""
        answer = self._sent(who, method, path, body, head)
        if answer.is_turned_away and who in self.sign_in:
            self.cookies.pop(who, None)
            answer = self._sent(who, method, path, body, head)
        return answer

    def post(self, who: str, path: str, body: dict[str, list[str]], **head: str) -> Answer:
        """A form with its token."""
        return self.ask(who, "POST", path, {**body, "csrfmiddlewaretoken": [CSRF_SECRET]}, **head)

    def _jar(self, who: str) -> dict[str, str]:
        if who not in self.cookies:
            signed_in = self.sign_in[who]().cookies if who in self.sign_in else {}
            own = {name: morsel.value for name, morsel in signed_in.items()}
            self.cookies[who] = {settings.CSRF_COOKIE_NAME: CSRF_SECRET, **own}
        return self.cookies[who]

    def _sent(self, who: str, method: str, path: str, body: Any, head: dict[str, str]) -> Answer:
        jar = self._jar(who)
        referer = quote(self.planted.value("words", "header: Referer"))
        content = body if isinstance(body, bytes) else urlencode(body, doseq=True).encode()
        headers = {
            "User-Agent": in_latin(self.planted.value("name", "header: User-Agent")),
            "Accept-Language": in_latin(self.planted.value("name", "header: Accept-Language")),
            "Referer": f"http://127.0.0.1:{self.port}/?{referer}",
            "X-Forwarded-For": in_latin(self.planted.value("name", "header: X-Forwarded-For")),
            "X-Request-ID": in_latin(self.planted.value("name", "header: X-Request-ID")),
            "Content-Type": FORM,
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
            **{name.replace("_", "-"): value for name, value in head.items()},
        }
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request(method, iri_to_uri(path), content, headers)
        response = link.getresponse()
        answer = Answer(
            path, response.status, response.getheaders(), response.read().decode("utf-8", "replace")
        )
        link.close()
        self._keep_cookies(jar, answer)
        self.answers.append(answer)
        return answer

    def _keep_cookies(self, jar: dict[str, str], answer: Answer) -> None:
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                cookie, _mark, content = value.partition(";")[0].partition("=")
                jar[cookie] = content
        jar[settings.CSRF_COOKIE_NAME] = CSRF_SECRET


def in_latin(text: str) -> str:
    """UTF-8, as http.client wants a header to hold it."""
    return text.encode().decode("latin-1").replace("\x85", "")


@contextmanager
def listening_to_valkey(url: str) -> Iterator[list[bytes]]:
    """Every command that reaches the broker while the block runs, as MONITOR prints it."""
    parts, heard = urlsplit(url), []
    link = socket.create_connection((parts.hostname or "", parts.port or 6379))
    link.sendall(f"AUTH {parts.password}\r\nMONITOR\r\n".encode())

    def listen() -> None:
        with suppress(OSError):
            while part := link.recv(1 << 16):
                heard.append(part)

    listener = Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield heard
    finally:
        link.shutdown(socket.SHUT_RDWR)
        listener.join(5)
        link.close()
