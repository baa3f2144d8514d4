"""What no browser of ours sends: odd values, names, keys, headers, kinds of body, and whole bodies."""

from hypothesis import strategies as st


def _words(text: str) -> list[str]:
    return text.split()


NUMBERS = _words(
    """-1 0 -0 1.5 1,2 0x10 1_0 1e30 1e999999 -1e999999 NaN sNaN Infinity -Infinity
    2147483648 9223372036854775808 -9223372036854775809 1-2-3 -1.2.-99 true null [] {}"""
)
DATES = _words("0000-00-00 0001-01-01 9999-12-31 10000-01-01 2026-02-30 25:61 23:59:60 24:00 2026-W07-1")
KEYS = _words(
    """00000000-0000-0000-0000-000000000000 urn:uuid:01900000-0000-7000-8000-000000000000
    {01900000-0000-7000-8000-000000000000} 019000000000700080000000000000 1 add None _5F _ZZ"""
)
MARKUP = _words(
    """' % _ \\ %s%n {{7*7}} <script> ../../etc/passwd //mail.example javascript:1 {"a":1}
    __proto__ self.__class__ id__in patient__clinic__name"""
)
BYTES = [
    b"",
    b"\x00",  # NUL
    b"a\x00b",
    b"\xed\xa0\x80",  # half of a surrogate pair
    b"\xff\xfe",
    b"\xc3",  # half of a character
    b"\xcc\x81",  # an accent on nothing
    b"\r\nSet-Cookie: a=b",
    b"\t\n",
    b" 1 ",
    "\u202e\u05e9\u05dc\u05d5\u05dd\u2066".encode(),  # right to left
    "🚶‍♀️".encode(),
    "\u0663²½Ⅳﬁİ".encode(),  # digits that are none, letters that grow
    b"1" * 31,  # above 10^30
    b"9" * 5000,  # beyond what int() reads
    b"a" * 70_000,
    b"\xf0\x9f\x9a\xb6" * 50_000,
]
VALUES = [*BYTES, *(word.encode() for word in [*NUMBERS, *DATES, *KEYS, *MARKUP])]
LONG_LINE = 8000  # bytes; gunicorn takes none that is longer

# Names of query strings and fields, of the admin too, beside those of the page's own form.
NAMES = _words(
    """q o p e all next page show tab from to item membership programme patient clinic reason note
    action _selected_action select_across index _save _continue _to_field _popup _changelist_filters _facets
    lead__id__exact status__exact is_active__exact clinic__id__exact id__in pk id walked_on__gte at__year
    weeks-TOTAL_FORMS weeks-INITIAL_FORMS weeks-0-id weeks-0-minutes csrfmiddlewaretoken
    term app_label model_name field_name"""
)
METHODS = ["get", "", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "SPLICE", "X" * 300, "G\x00T"]
LENGTHS = ["", "0", "1", "-1", "+1", "x", "1e3", "²", "9" * 40, str(10 * 1024 * 1024)]
FORM, PARTS, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
CHARSETS = ("utf-8", "hex", "utf-16", "latin-1", '"', "a\x00", "x" * 300)
KINDS = [
    *("", ";", "/", "a/b; charset=", "text/plain", JSON, "application/csp-report"),
    *(f"{FORM}; charset={charset}" for charset in CHARSETS),
    *(f"{PARTS}{rest}" for rest in ("", "; boundary=", "; boundary=x", "; boundary=\xff", "; charset=hex")),
    f"{PARTS}; boundary={'b' * 300}",
]
HEADERS = _words(
    """ACCEPT ACCEPT_ENCODING ACCEPT_LANGUAGE AUTHORIZATION CONTENT_ENCODING EXPECT FORWARDED HOST IF_MATCH
    IF_MODIFIED_SINCE IF_NONE_MATCH ORIGIN RANGE REFERER TRANSFER_ENCODING UPGRADE USER_AGENT X_CSRFTOKEN
    X_FORWARDED_FOR X_FORWARDED_HOST X_FORWARDED_PROTO X_HTTP_METHOD_OVERRIDE X_REQUEST_ID"""
)
COOKIES = _words("session csrf devices language messages a")
_PART = b"--x\r\nContent-Disposition: form-data; "
BODIES = [
    *(b"[" * 5000 + b"]" * 5000, b'{"a":' * 2000, b"[NaN,1e999,%s]" % (b"1" * 5000), b'{"csp-report":[]}'),
    *(b"a=b&" * 3000, b"&" * 5000, b"%zz=%", b"a=%ed%a0%80&%00=1", b"\xff" * 100, b"\x00" * 1000),
    *(_PART + b'name="a"\r\n\r\nb', b"--x\r\n\r\n--x--\r\n"),
    _PART + b'name="f"; filename="a\x00.txt"\r\n\r\nb\r\n--x--\r\n',
    _PART + b"name*=utf-16''%00a\r\n\r\n\xff\r\n--x--\r\n",
    _PART + b'name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n',
    b"a=" + b"x" * 250_000,
]

value = st.one_of(
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
    st.binary(max_size=40),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
line = value.map(lambda raw: raw[:LONG_LINE].decode("latin-1"))  # as WSGI hands over bytes
