"""What is kept of a browser: its family and its network, enough to recognise one's own session in a list."""

import re
from ipaddress import ip_address, ip_network

from django.http import HttpRequest

# The first that matches: every browser claims to be the ones before it.
BROWSERS = (
    (r"Edg(A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"iPhone|iPad", "iOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"CrOS", "ChromeOS"),
    (r"Macintosh|Mac OS X", "macOS"),
    (r"Linux|X11", "Linux"),
)


def agent_family(request: HttpRequest) -> str:
    """ "Firefox, Windows"; a part that is not known is left out. The header itself is not kept."""
    header = request.headers.get("User-Agent", "")[:500]
    parts = (_first(BROWSERS, header), _first(SYSTEMS, header))
    return ", ".join(part for part in parts if part)


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, text)), "")


def network_of(request: HttpRequest) -> str:
    """The client's network, /24 or /56; "" without an address. A trusted proxy's client is set before us."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return str(ip_network(f"{address}/{24 if address.version == 4 else 56}", strict=False))
