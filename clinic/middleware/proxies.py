"""Who really asks: what a proxy says of a request counts only when one of ours says it."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SEEN = "waymark.peer"  # the address that connected; a name in the WSGI environment that no header can take
# The last four are read by nobody here; they are removed so that nobody ever reads a visitor's.
SAID_BY_PROXIES = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REQUEST_ID",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)

Handler = Callable[[HttpRequest], HttpResponse]
Address = IPv4Address | IPv6Address


def believe_proxies(get_response: Handler) -> Handler:
    """Makes `REMOTE_ADDR` the visitor's own address, and takes away what a visitor says in a proxy's name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        believe_only_ours(request.META)
        return get_response(request)

    return middleware


def believe_only_ours(environ: dict[str, Any]) -> None:
    """Settles a WSGI environment once: the right-most address that is no trusted proxy is who asks."""
    if SEEN in environ:
        return
    environ[SEEN] = environ.get("REMOTE_ADDR", "")
    peer = _address(environ[SEEN])
    if peer is None or not _is_ours(peer):
        for name in SAID_BY_PROXIES:
            environ.pop(name, None)
        return
    hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    environ["REMOTE_ADDR"] = str(_visitor(peer, hops))
    if scheme := environ.get("HTTP_X_FORWARDED_PROTO"):
        environ["HTTP_X_FORWARDED_PROTO"] = scheme.rsplit(",", 1)[-1].strip()  # the nearest proxy's own word


def _visitor(peer: Address, hops: list[str]) -> Address:
    """Goes back through the proxies of ours; what stands left of a stranger is the stranger's invention."""
    for hop in reversed(hops):
        before = _address(hop.strip())
        if before is None or not _is_ours(peer):
            break
        peer = before
    return peer


def _is_ours(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _address(text: str) -> Address | None:
    """An address, without the port that some proxies add."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
