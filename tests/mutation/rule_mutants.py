"""Every small mistake in the clinical rules: `<` for `<=`, a number one more, a condition dropped.

The operators are mutmut's, with `min` for `max` and `any` for `all`. Own code, because mutmut starts anew for
each mutant and would need a database for it.
"""

import ast
from collections.abc import Callable, Iterator

from tests.mutation.mutants import Change, Mutant, _with, _with_places
from tests.mutation.places import ROOT

FOLDER = ROOT / "programmes/clinical"
OPERATORS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Div,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
SISTERS = {"min": "max", "max": "min", "any": "all", "all": "any", "ceil": "floor", "floor": "ceil"}


def rule_mutants() -> list[Mutant]:
    """Every mutant of the package, in the order of its files and lines."""
    return [
        mutant
        for path in sorted(FOLDER.rglob("*.py"))
        for mutant in mutants_of(str(path.relative_to(ROOT)), path.read_text())
    ]


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    unseen = set(_not_for_machines(tree))
    for node, place in _with_places(tree, ""):
        for change in () if id(node) in unseen else CHANGES:
            for old, new, kind in change(node):
                said = f"{_short(ast.unparse(old))} -> {_short(new)}"
                yield Mutant(path, place, kind, said, old.lineno, _with(source, old, new))  # type: ignore[attr-defined]


def _short(text: str) -> str:
    return " ".join(text.split())[:90]


def _not_for_machines(tree: ast.AST) -> Iterator[int]:
    """What no patient's day can depend on.

    Docstrings, decorators, `__all__`, what an exception tells programmers; and the pieces of an f-string, for
    it is taken whole.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        if isinstance(node, ast.Raise | ast.JoinedStr):
            yield from (id(each) for each in ast.walk(node) if each is not node)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            yield from (id(each) for each in ast.walk(node))
        for decorator in getattr(node, "decorator_list", []):
            yield from (id(each) for each in ast.walk(decorator))


def _constant(node: ast.AST) -> Change:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield node, str(not node.value), "yes for no"
    elif isinstance(node.value, int | float):
        yield node, str(node.value + 1), "one more"
    elif isinstance(node.value, str):
        yield node, repr(f"XX{node.value}XX"), "other word"


def _f_string(node: ast.AST) -> Change:
    if isinstance(node, ast.JoinedStr):
        yield node, '"XX"', "other word"


def _operator(node: ast.AST) -> Change:
    if isinstance(node, ast.Compare):
        for number, each in enumerate(node.ops):
            others = [*node.ops[:number], OPERATORS[type(each)](), *node.ops[number + 1 :]]
            yield node, f"({ast.unparse(ast.Compare(node.left, others, node.comparators))})", "other operator"
    elif isinstance(node, ast.BoolOp):
        yield node, f"({ast.unparse(ast.BoolOp(OPERATORS[type(node.op)](), node.values))})", "other operator"
    elif isinstance(node, ast.BinOp):
        other = ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
        yield node, f"({ast.unparse(other)})", "other operator"
    elif isinstance(node, ast.AugAssign):
        other_step = ast.AugAssign(node.target, OPERATORS[type(node.op)](), node.value)
        yield node, ast.unparse(other_step), "other operator"


def _unary(node: ast.AST) -> Change:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node, f"({ast.unparse(node.operand)})", "sign or not dropped"


def _condition(node: ast.AST) -> Change:
    if isinstance(node, ast.comprehension):
        for each in node.ifs:
            yield each, "True", "condition dropped"


def _sister(node: ast.AST) -> Change:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in SISTERS:
        yield node, SISTERS[node.id], "other function"


def _keyword(node: ast.AST) -> Change:
    """A keyword left out, where its default may speak."""
    if isinstance(node, ast.Call):
        for gone in node.keywords:
            rest = [each for each in node.keywords if each is not gone]
            yield node, ast.unparse(ast.Call(node.func, node.args, rest)), "keyword left out"


def _value(node: ast.AST) -> Change:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        is_none = isinstance(node.value, ast.Constant) and node.value.value is None
        yield from () if is_none else [(node.value, "None", "nothing instead")]


def _loop(node: ast.AST) -> Change:
    if isinstance(node, ast.Break | ast.Continue):
        yield node, "continue" if isinstance(node, ast.Break) else "break", "other operator"


CHANGES: tuple[Callable[[ast.AST], Change], ...] = (
    _constant,
    _f_string,
    _operator,
    _unary,
    _condition,
    _sister,
    _keyword,
    _value,
    _loop,
)
