"""Where authorisation stands in the code, and which tests should notice, the quick ones first."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.mutation.mutants import ROLES, Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
Stages = tuple[tuple[str, ...], ...]  # one test run after the other, until one fails
# Modules that decide: every condition in them is turned round.
DECIDING = (
    "clinic/permissions.py",
    "clinic/tenancy.py",
    "clinic/middleware/people.py",
    "clinic/middleware/confirming.py",
    "clinic/views/access.py",
    "patients/views/access.py",
    "clinic/admin/base.py",
)
# Modules that ask: guards are left out.
ASKING = ("*/services/*.py", "*/views/*.py", "*/admin/*.py")
DOCUMENT = "tests/clinic/test_permissions.py::test_the_document_shows_the_table"
CELL = "tests/access/test_matrix.py::test_every_cell_is_as_declared"
VERBS_ASKED = "tests/access/test_verbs.py"
OF_VERBS = {"guard left out", "verb everybody has", "clinic not asked", "not asked"}
# Run by migrations, so not by a test that copies a migrated database: database.py makes the same mistakes.
IN_MIGRATIONS = {"keep_history", "limit_rows", "protect_rows", "SameClinic.constraint_sql"}
TENANCY = ("tests/test_tenancy.py", "-k", "alone")  # without row-level security
CLINIC, PATIENTS, PROGRAMMES = (f"tests/{name}/test_" for name in ("clinic", "patients", "programmes"))
TESTS: dict[str, tuple[str, ...]] = {
    "clinic/permissions.py": (f"{CLINIC}permissions.py", "tests/clinic/review"),
    "clinic/tenancy.py": ("tests/test_row_security.py", "tests/test_limited_rows.py", f"{CLINIC}history.py"),
    "clinic/middleware/people.py": (
        f"{CLINIC}permissions.py",
        f"{CLINIC}staff_sign_in.py",
        f"{CLINIC}people_pages.py",
        f"{CLINIC}audit_pages.py",
        f"{CLINIC}emergency.py",
        f"{CLINIC}pages.py",
    ),
    "clinic/middleware/confirming.py": (f"{CLINIC}confirming.py", f"{CLINIC}second_factor.py"),
    "clinic/views/access.py": (
        f"{CLINIC}staff_sign_in.py",
        f"{CLINIC}people_pages.py",
        f"{CLINIC}second_factor.py",
    ),
    "patients/views/access.py": (
        f"{PATIENTS}signing_in.py",
        f"{PATIENTS}today.py",
        f"{PATIENTS}restriction.py",
    ),
    "clinic/admin/base.py": ("tests/clinic/admin", "tests/programmes/builder", f"{CLINIC}history.py"),
    "clinic/admin": ("tests/clinic/admin", f"{CLINIC}people_verbs.py", f"{CLINIC}passwords.py"),
    "clinic/admin/privacy.py": (f"{PATIENTS}privacy.py",),
    "clinic/admin/sign_in_help.py": (f"{CLINIC}second_factor.py", f"{CLINIC}passwords.py"),
    "programmes/admin": ("tests/programmes/builder", "tests/clinic/admin"),
    "clinic/views": ("tests/clinic/review",),
    "clinic/views/audit.py": (f"{CLINIC}audit_pages.py",),
    "clinic/views/confirming.py": (f"{CLINIC}confirming.py",),
    "clinic/views/emergency.py": (f"{CLINIC}emergency.py",),
    "clinic/views/going_live.py": (f"{CLINIC}going_live.py",),
    "clinic/views/health.py": (f"{CLINIC}pages.py",),
    "clinic/views/mailbox.py": (f"{CLINIC}pages.py",),
    "clinic/views/leaving.py": (f"{CLINIC}people_pages.py", f"{PROGRAMMES}leaving.py"),
    "clinic/views/own_sessions.py": (f"{CLINIC}sessions.py",),
    "clinic/views/passkeys.py": (f"{CLINIC}second_factor.py",),
    "clinic/views/passwords.py": (f"{CLINIC}passwords.py",),
    "clinic/views/patient_data.py": (f"{PATIENTS}record_export.py",),
    "clinic/views/people.py": (f"{CLINIC}people_pages.py", f"{CLINIC}emergency.py"),
    "clinic/services/absences.py": (f"{CLINIC}absences.py",),
    "clinic/views/absences.py": (f"{CLINIC}absences.py",),
    "clinic/views/people_reading.py": (f"{CLINIC}people_pages.py", f"{CLINIC}emergency.py"),
    "clinic/views/restriction.py": (f"{PATIENTS}restriction.py",),
    "clinic/views/second_factor.py": (f"{CLINIC}second_factor.py",),
    "clinic/views/sign_in.py": (f"{CLINIC}staff_sign_in.py", f"{CLINIC}second_factor.py"),
    "clinic/views/walk_error.py": (f"{PROGRAMMES}correcting.py",),
    "patients/views": (f"{PATIENTS}signing_in.py", f"{PATIENTS}today.py"),
    "patients/views/browsers.py": (f"{PATIENTS}signed_in.py",),
    "patients/views/plan.py": (f"{PATIENTS}plan.py",),
    "patients/views/privacy.py": (f"{PATIENTS}privacy.py",),
    "patients/views/progress.py": (f"{PATIENTS}progress.py",),
    "patients/views/walk_log.py": (f"{PATIENTS}walk_log.py", f"{PATIENTS}saved.py"),
    "patients/views/your_data.py": (f"{PATIENTS}record_export.py",),
    # beside those that import the service
    "clinic/services/duty.py": ("tests/clinic/admin", f"{PROGRAMMES}safety_raising.py"),
    "clinic/services/oversight.py": (f"{CLINIC}people_pages.py",),
    "clinic/services/passwords.py": (f"{CLINIC}passwords.py",),
    "clinic/services/sign_in_help.py": (f"{CLINIC}second_factor.py",),
    "clinic/services/signing_in.py": (f"{CLINIC}staff_sign_in.py", f"{CLINIC}guessing.py"),
    "patients/services/data_requests.py": (f"{PATIENTS}record_export.py",),
    "patients/services/limiting.py": (f"{CLINIC}emergency.py",),
    "patients/services/sign_in_codes.py": (f"{PATIENTS}signing_in.py", f"{PATIENTS}links.py"),
    "programmes/services/leaving.py": (f"{CLINIC}people_pages.py",),
    "programmes/services/library.py": ("tests/programmes/builder",),
    "programmes/services/plan_reading.py": (f"{PATIENTS}plan.py", f"{PATIENTS}today.py"),
    "programmes/services/safety_raising.py": (f"{PROGRAMMES}safety_raising.py", f"{PATIENTS}walk_log.py"),
    "programmes/services/walk_logging.py": (f"{PATIENTS}walk_log.py", f"{PATIENTS}saved.py"),
}
IN_DATABASE = (
    "tests/test_row_security.py",
    "tests/test_limited_rows.py",
    f"{CLINIC}history.py",
    "tests/access/test_raw_sql.py",
    f"{CLINIC}sealing.py",
    f"{PATIENTS}privacy.py",
    f"{PATIENTS}limits.py",
    "tests/programmes/builder",
)
QUICK = ("tests/clinic", "tests/patients", "tests/programmes", "tests")
SLOW = {f"{CLINIC}backup.py", f"{CLINIC}startup.py", f"{CLINIC}localservices.py", "tests/test_tenancy.py"}
SLOW |= {f"{PROGRAMMES}seed_demo.py", f"{PROGRAMMES}import_diaries.py"}


def all_mutants() -> list[Mutant]:
    found = [
        each
        for path in DECIDING
        for each in mutants(path, (ROOT / path).read_text())
        if each.place not in IN_MIGRATIONS
    ]
    for pattern in ASKING:
        for path in sorted(ROOT.glob(pattern)):
            name = str(path.relative_to(ROOT))
            if name not in DECIDING:
                found += mutants(name, path.read_text(), guards_only=True)
    return found


def stages_for(mutant: Mutant) -> Stages:
    """The tests of the module; for what people meet as a page, every address asked as those it concerns."""
    if mutant.sql:
        return (IN_DATABASE,)
    if mutant.place.startswith("VERBS."):
        return _of_table(mutant)
    first = tests_of(mutant.path)
    if "/services/" in mutant.path:
        return ((VERBS_ASKED, *first) if mutant.kind in OF_VERBS else first,)
    if mutant.kind == "clinic not asked":
        return (first, TENANCY)
    return (first, tuple(f"{CELL}[{column}]" for column in ("anonymous", "operator", "reviewer", "patient")))


def _of_table(mutant: Mutant) -> Stages:
    """A cell of the table: the tests of whatever asks for the verb, and the pages asked as that role."""
    role = _role_changed(mutant).lower()
    asking = [
        test for path in _modules_asking(mutant.place.removeprefix("VERBS.")) for test in tests_of(path)
    ]
    return ((VERBS_ASKED, *dict.fromkeys(asking), "--deselect", DOCUMENT), (f"{CELL}[{role}]",))


def _role_changed(mutant: Mutant) -> str:
    before, after = (set(re.findall("|".join(ROLES), side)) for side in mutant.said.split(" -> "))
    return next(iter(before ^ after))


@cache
def _modules_asking(verb: str) -> tuple[str, ...]:
    found = []
    for path in _code():
        if f'"{verb}"' in path.read_text() and path.name != "permissions.py":
            found.append(str(path.relative_to(ROOT)))
    return tuple(found)


@cache
def tests_of(module: str) -> tuple[str, ...]:
    """Named above for the module and, of a service, those that import it; else those named for its folder."""
    named = (*TESTS.get(module, ()), *(_importing(module) if "/services/" in module else ()))
    return tuple(dict.fromkeys(named)) or TESTS.get(str(Path(module).parent), ("tests/test_tenancy.py",))


def _importing(module: str) -> Iterator[str]:
    dotted = module.removesuffix(".py").replace("/", ".")
    package, name = dotted.rsplit(".", 1)
    says = re.compile(rf"{re.escape(dotted)}\b|from {re.escape(package)} import [^\n]*\b{name}\b")
    found = [
        path
        for folder in QUICK
        for path in sorted((ROOT / folder).glob("test_*.py"))
        if says.search(path.read_text()) and str(path.relative_to(ROOT)) not in SLOW
    ]
    yield from (str(path.relative_to(ROOT)) for path in sorted(found, key=lambda path: path.stat().st_size))


def _code() -> Iterator[Path]:
    for package in ("clinic", "patients", "programmes"):
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)
