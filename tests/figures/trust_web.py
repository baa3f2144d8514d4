"""What a browser and a stranger meet: headers, console, refusals to start, and Observatory's own score."""

import contextlib
import datetime
import http.server
import ipaddress
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clinic import localservices
from tests.figures import ROOT, Figure, measures
from tests.figures.demo import free_port
from tests.figures.pages import recorded_by

PACKAGE = "@mdn/mdn-http-observatory@1.4.8"
SCORER = Path(__file__).with_name("observatory.mjs")
PAGES = {"sign-in of patients": "/sign-in/", "sign-in of staff": "/staff/sign-in/"}
KEY = "7d1f0c9a4b8e36520f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"


@measures("trust")
def headers_on_every_response(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/clinic/test_headers.py")


@measures("trust")
def refusals_to_start(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/clinic/test_startup.py")


@measures("trust")
def refused_in_the_browsers_console(full: bool) -> Iterator[Figure]:
    """The accessibility test opens every page in Chromium and counts what the policy refused with it."""
    yield from recorded_by("tests/journeys/test_axe.py")


@measures("trust")
def observatory(full: bool) -> Iterator[Figure]:
    """Needs Node and the package from the registry; without them nothing is claimed."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-observatory-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        package = fetched(folder)
        if package is None:
            print("Observatory's score: unknown (Node or its package cannot be had here)")
            return
        for name, score in scores(folder, package):
            yield Figure(f"Observatory's own scorer: {name}", score, ">= 130")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetched(folder: Path) -> Path | None:
    """The package's folder; None where it cannot be fetched. Its lists of preloaded sites are left empty."""
    command = [
        "npm",
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(folder),
        PACKAGE,
    ]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    package = folder / "node_modules" / "@mdn" / "mdn-http-observatory"
    if not package.exists() or shutil.which("node") is None:
        return None
    (package / "conf" / "hsts-preload.json").write_text("{}")
    return package


def scores(folder: Path, package: Path) -> Iterator[tuple[str, int]]:
    certificate = self_signed(folder)
    with site(folder, certificate) as port, led_to_https(port) as plain:
        for name, path in PAGES.items():
            command = ["node", str(SCORER), str(package), str(plain), str(port), path]
            environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(certificate)}
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode:
                print(done.stderr[-2000:])
            found = json.loads(done.stdout) if done.returncode == 0 else {"score": 0, "results": []}
            for result, points in found["results"]:
                print(f"    {result} {points:+d}")
            yield name, found["score"]


def self_signed(folder: Path) -> Path:
    """A certificate for this machine, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "certificate.pem"


@contextmanager
def site(folder: Path, certificate: Path) -> Iterator[int]:
    """Waymark as a clinic runs it, without demo and debug, speaking TLS itself. Yields its port."""
    port = free_port()
    with localservices.running(folder / "state", durable=False) as services:
        environment = os.environ | services.environment()
        environment |= {
            "WAYMARK_SECRET_KEY": KEY,
            "WAYMARK_BASE_URL": f"https://localhost:{port}",
            "WAYMARK_ALLOWED_HOSTS": "localhost",
            "WAYMARK_DEMO": "",
            "WAYMARK_DEBUG": "",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--database", "migrator", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        web = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{port}"]
        web += ["--certfile", str(certificate), "--keyfile", str(folder / "key.pem")]
        process = subprocess.Popen(web, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            answers(f"https://localhost:{port}/healthz/live", certificate)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def answers(url: str, certificate: Path, seconds: float = 60) -> None:
    """Waits for the first answer."""
    trust = ssl.create_default_context(cafile=str(certificate))
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5, context=trust).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@contextmanager
def led_to_https(port: int) -> Iterator[int]:
    """What a proxy does on port 80: every request is led to https. Yields its port."""

    class Leads(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(301)
            self.send_header("Location", f"https://localhost:{port}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Leads) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
