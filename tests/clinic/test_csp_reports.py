"""Reports of browsers: both formats, bounded, and nothing of anybody's address written down."""

import json

import pytest
from structlog.testing import capture_logs

from clinic.views import csp_reports

SITE = "https://walk.example"
ITEM = "0192f0c4-e5b9-7a3c-8d1e-2f3a4b5c6d7e"
DOCUMENT = f"{SITE}/review/{ITEM}/?name=Quillfeather"


@pytest.fixture(autouse=True)
def _fresh_minute(monkeypatch):
    monkeypatch.setattr(csp_reports, "allowance", csp_reports.Allowance())


def by_report_uri(**more):
    report = {"document-uri": DOCUMENT, "effective-directive": "img-src", "blocked-uri": "inline"}
    return json.dumps({"csp-report": {**report, **more}}), "application/csp-report"


def by_report_to(count=1, **more):
    body = {"documentURL": DOCUMENT, "effectiveDirective": "img-src", "blockedURL": "inline", **more}
    report = {"type": "csp-violation", "url": DOCUMENT, "user_agent": "Quill/1", "body": body}
    return json.dumps([report] * count), "application/reports+json"


def send(client, report):
    """Status and what was written down."""
    body, kind = report
    with capture_logs() as written:
        response = client.post("/csp-report/", body, content_type=kind)
    return response.status_code, [line for line in written if line["event"] != "request"]


@pytest.mark.parametrize("report", [by_report_uri(), by_report_to()])
def test_a_report_is_written_down_by_the_names_of_things(client, report):
    expected = {
        "event": "csp-violation",
        "log_level": "warning",
        "directive": "img-src",
        "blocked": "inline",
        "route": "clinic:review-item",
    }
    assert send(client, report) == (204, [expected])


@pytest.mark.parametrize(
    ("blocked", "kept"),
    [
        ("https://tracker.example/pixel?name=Quillfeather", "tracker.example"),
        ("https://quill:feather@tracker.example:8443/", "tracker.example:8443"),
        ("data", "data"),
        ("eval", "eval"),
        ("https://[::1", "unknown"),
        ("Quill feather", "unknown"),
        ("", "unknown"),
    ],
)
def test_of_what_was_refused_the_host_stays(client, blocked, kept):
    (line,) = send(client, by_report_uri(**{"blocked-uri": blocked}))[1]
    assert line["blocked"] == kept


@pytest.mark.parametrize(
    "fields",
    [
        {"document-uri": f"{SITE}/nowhere/Quillfeather/"},
        {"document-uri": "https://[Quillfeather"},
        {"document-uri": ["Quillfeather"]},
        {"effective-directive": "Quillfeather"},
        {"effective-directive": "quillfeather Quillfeather"},
        {"effective-directive": {"Quillfeather": 1}},
        {"script-sample": "Quillfeather", "referrer": "Quillfeather", "source-file": "Quillfeather"},
    ],
)
def test_nothing_else_of_a_report_is_kept(client, fields):
    status, lines = send(client, by_report_uri(**fields))
    assert (status, "quillfeather" in str(lines).lower()) == (204, False)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "application/csp-report"),
        ("{", "application/csp-report"),
        ("[" * 9000, "application/csp-report"),
        ("{}", "application/csp-report"),
        ("3", "application/reports+json"),
        (by_report_uri()[0], "text/plain"),
        ("a=b", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_report_is_refused(client, body, kind):
    assert send(client, (body, kind)) == (400, [])


def test_a_long_report_is_refused(client):
    assert send(client, by_report_uri(sample="x" * 20_000)) == (413, [])


def test_no_more_than_an_allowance_is_written_in_a_minute(client):
    csp_reports.allowance.most = 12
    written = [line["event"] for _time in range(3) for line in send(client, by_report_to(count=50))[1]]
    assert written == ["csp-violation"] * 12 + ["csp-reports-beyond-allowance"]


def test_a_report_needs_no_session_no_token_and_no_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        status, _lines = send(client, by_report_uri())
    assert (status, dict(client.cookies)) == (204, {})


def test_a_report_is_posted(client, db):
    assert client.get("/csp-report/").status_code == 405


def test_pages_say_where_reports_go(client, db):
    response = client.get("/")
    assert response["Reporting-Endpoints"] == 'csp="/csp-report/"'
    policy = set(response["Content-Security-Policy"].split("; "))
    assert {"report-uri /csp-report/", "report-to csp"} <= policy
