"""Small mistakes in Python source, one for each place where authorisation could be forgotten."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

DECORATORS = {
    "staff_page",
    "patient_page",
    "confirmed_page",
    "signed_in_page",
    "own_factor_page",
    "or_emergency",
    "page_for",
}
# Calls that stand alone and refuse or tell the database who asks.
GUARDS = {"act_for", "drop_session", "end_all_sessions"}
WHOSE = {"clinic", "clinic_id", "user", "user_id", "member"}  # filters that say whose rows
STATES = {"open", "current", "unreviewed", "unresolved", "consents"}
EVERYBODYS = '"see_queue"'  # a verb that every role has: asking for it asks nothing
TABLE = Path(__file__).parents[2] / "clinic/permissions.py"
AS_MANY = set(re.findall(r'"(\w+)": EVERYBODY', TABLE.read_text()))
ROLES = ("CLINICIAN", "REVIEWER", "MANAGER", "OPERATOR")
SWAPPED: dict[type, type] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}
Change = Iterator[tuple[ast.AST, str, str]]  # (node, its new text, the kind of mistake)


@dataclass(frozen=True)
class Mutant:
    """One mistake: what kind, in which function or class, what it says, and the whole changed source.

    Or, in the database, in which table, and the statement that makes it.
    """

    path: str
    place: str
    kind: str
    said: str
    line: int
    source: str = ""
    sql: str = ""

    @property
    def name(self) -> str:
        """Stays the same while other lines move: what `equivalent.py` lists."""
        return f"{self.path}::{self.place} {self.said}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.place}: {self.said} [{self.kind}]"


def mutants(path: str, source: str, *, guards_only: bool = False) -> Iterator[Mutant]:
    """Every mutant of a module; with `guards_only` those that leave a guard out, and no turned conditions.

    There the conditions of a query count only where something is written: elsewhere they choose what to show.
    """
    changes = GUARD_CHANGES if guards_only else (*GUARD_CHANGES, *LOGIC_CHANGES)
    tree = ast.parse(source)
    writing = {place for node, place in _with_places(tree, "") if _called(node) in ("update", "delete")}
    asked_before = set(_of_a_record_asked_for(tree))
    for node, place in _with_places(tree, ""):
        here = (*changes, _roles) if place.startswith("VERBS.") else changes
        for change in () if id(node) in asked_before else here:
            for old, new, kind in change(node):
                if guards_only and kind == "condition dropped" and place not in writing:
                    continue
                if new == EVERYBODYS and getattr(old, "value", "") in AS_MANY:
                    continue
                said = f"{_short(ast.unparse(old))} -> {_short(new)}"
                yield Mutant(path, place, kind, said, old.lineno, _with(source, old, new))  # type: ignore[attr-defined]


def _of_a_record_asked_for(tree: ast.AST) -> Iterator[int]:
    """Where `for_clinic(by.clinic)` finds a record whose clinic `require` has asked for."""
    for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
        calls = [each for each in ast.walk(function) if isinstance(each, ast.Call)]
        asked = [
            ast.unparse(one.value) for each in calls if _called(each) == "require" for one in each.keywords
        ]
        records = {each.removesuffix(".clinic_id") for each in asked}
        for call in calls:
            named = {ast.unparse(one.value).partition(".")[0] for one in call.keywords}
            if _called(call) in ("filter", "get") and named & records:
                yield from (id(each) for each in ast.walk(call) if _called(each) == "for_clinic")


def _with_places(node: ast.AST, place: str) -> Iterator[tuple[ast.AST, str]]:
    """Every node with the dotted name of the function or class around it, but annotations."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        for number, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                name = _name(child) if place != "VERBS" else _verb_of(node, field, number)
                inside = f"{place}.{name}".strip(".")
                yield child, inside
                yield from _with_places(child, inside)


def _name(child: ast.AST) -> str:
    """What a function, a class or the table of verbs is called; "" for anything else."""
    if isinstance(child, ast.AnnAssign):
        return "VERBS" if _called(child.target) == "VERBS" else ""
    return child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else ""


def _verb_of(node: ast.AST, field: str, number: int) -> str:
    """Whose line of the table this is."""
    is_line = isinstance(node, ast.Dict) and field == "values"
    return str(getattr(node.keys[number], "value", "")) if is_line else ""  # type: ignore[attr-defined]


def _short(text: str) -> str:
    return " ".join(text.split())[:90] if text else "(removed)"


def _with(source: str, node: ast.AST, new: str) -> str:
    """The source with this node's text replaced."""
    raw = source.encode()
    lines = raw.splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset  # type: ignore[attr-defined]
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset  # type: ignore[attr-defined]
    return (raw[:start] + new.encode() + raw[end:]).decode()


def _called(node: ast.AST) -> str:
    """The name of a called function or method, or of a name; "" for anything else."""
    called = node.func if isinstance(node, ast.Call) else node
    return getattr(called, "id", "") or getattr(called, "attr", "")


# --- What guards, left out


def _guard(node: ast.AST) -> Change:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = _called(node.value)
        if name in GUARDS or name.lstrip("_").startswith("require"):
            yield node, "pass", "guard left out"


def _refusal(node: ast.AST) -> Change:
    if isinstance(node, ast.Raise):
        yield node, "pass", "refusal left out"


def _decoration(node: ast.AST) -> Change:
    for each in getattr(node, "decorator_list", []):
        if _called(each) in DECORATORS:
            yield each, "(lambda view: view)", "decorator dropped"


def _verb(node: ast.AST) -> Change:
    """Asks for a verb that everybody may, or does not ask."""
    if isinstance(node, ast.Call) and _called(node) in ("require", "page_for", "may"):
        for each in node.args:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each, EVERYBODYS, "verb everybody has"
    if isinstance(node, ast.Call) and _called(node) in ("require", "may"):
        for keyword in node.keywords:
            yield keyword.value, "None", "clinic not asked"
    if isinstance(node, ast.Call) and _called(node) in ("may", "may_close_with"):
        yield node, "True", "not asked"
    if isinstance(node, ast.Assign) and all(_called(each).endswith("_verb") for each in node.targets):
        yield node.value, EVERYBODYS, "verb everybody has"


def _scope(node: ast.AST) -> Change:
    """Rows of every clinic, of everybody, or in every state."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    rows, name = ast.unparse(node.func.value), node.func.attr
    if name in ("for_clinic", "of_user", "of_patient"):
        yield node, f"{rows}.all()", "clinic not asked"
    elif name in STATES:
        yield node, f"{rows}.all()", "condition dropped"
    elif name in ("filter", "get"):
        for gone in node.keywords:
            if _held_by_a_key(gone, node.keywords):
                continue
            if gone.arg in WHOSE or (gone.arg not in ("pk", "id", None) and name == "filter"):
                rest = [each for each in node.keywords if each is not gone]
                call = ast.Call(node.func, node.args, rest)
                kind = "clinic not asked" if gone.arg in WHOSE else "condition dropped"
                yield node, ast.unparse(call), kind


def _held_by_a_key(gone: ast.keyword, keywords: list[ast.keyword]) -> bool:
    """The clinic of the record named beside it: a composite key holds both together."""
    whose, _, field = ast.unparse(gone.value).rpartition(".")
    if field not in ("clinic", "clinic_id") or gone.arg not in ("clinic", "clinic_id"):
        return False
    said = {(each.arg, ast.unparse(each.value)) for each in keywords}
    return any(value in (whose, f"{whose}.{arg}") for arg, value in said if arg != gone.arg)


# --- Conditions turned round, in the modules that decide


def _condition(node: ast.AST) -> Change:
    if isinstance(node, ast.If | ast.IfExp):
        yield node.test, f"(not ({ast.unparse(node.test)}))", "condition turned"
    if isinstance(node, ast.comprehension):
        for each in node.ifs:
            yield each, "True", "condition dropped"


def _comparison(node: ast.AST) -> Change:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        swapped = ast.Compare(node.left, [SWAPPED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
        yield node, f"({ast.unparse(swapped)})", "condition turned"


def _both_or_one(node: ast.AST) -> Change:
    """`or` for `and`, and each side alone; `name or ""` is no condition."""
    if isinstance(node, ast.BoolOp) and not isinstance(node.values[-1], ast.Constant | ast.Dict | ast.Tuple):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, f"({ast.unparse(ast.BoolOp(other, node.values))})", "condition turned"
        for gone in node.values:
            rest = [each for each in node.values if each is not gone]
            whole = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield node, f"({ast.unparse(whole)})", "condition dropped"


def _elements(node: ast.AST) -> Change:
    """A role or an outcome missing from a set, one at a time."""
    if isinstance(node, ast.Set):
        for gone in node.elts:
            rest = [ast.unparse(each) for each in node.elts if each is not gone]
            yield node, "{" + ", ".join(rest) + "}" if rest else "set()", "element missing"


def _roles(node: ast.AST) -> Change:
    """A role more in a line of the table, one at a time, and each one less than `EVERYBODY`."""
    is_everybody = isinstance(node, ast.Name) and node.id == "EVERYBODY"
    if not (is_everybody or (isinstance(node, ast.Call) and _called(node) == "frozenset")):
        return
    held = set(ROLES[:3]) if is_everybody else {_called(each) for each in ast.walk(node)}
    for role in ROLES:
        if role not in held:
            yield node, f"({ast.unparse(node)} | {{{role}}})", "role added"
        elif is_everybody:
            yield node, f"(EVERYBODY - {{{role}}})", "element missing"


def _answer(node: ast.AST) -> Change:
    """A yes-or-no question answered the same to everybody."""
    if isinstance(node, ast.FunctionDef) and getattr(node.returns, "id", "") == "bool":
        for each in ast.walk(node):
            if isinstance(each, ast.Return) and each.value is not None:
                for answer in sorted({"True", "False"} - {ast.unparse(each.value)}):
                    yield each, f"return {answer}", "same answer to all"


GUARD_CHANGES: tuple[Callable[[ast.AST], Change], ...] = (_guard, _refusal, _decoration, _verb, _scope)
LOGIC_CHANGES: tuple[Callable[[ast.AST], Change], ...] = (
    _condition,
    _comparison,
    _both_or_one,
    _elements,
    _answer,
)
