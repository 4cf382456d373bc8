"""One-line mutations of Python source: every small slip that `mutants.py` may plant.

Each is a piece of the text and what it is replaced by, so that all other lines stay as they are.
Left alone is what no test can tell: annotations, decorators, assertions, words, and keywords that
only check or tune, such as `strict`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from copy import copy
from typing import NamedTuple


class Mutation(NamedTuple):
    """A piece of a module, in bytes of its text, and what takes its place."""

    operator: str
    start: int
    end: int
    new: bytes

    def applied(self, text: bytes) -> bytes:
        """Return the text with the mutation in it."""
        return text[: self.start] + self.new + text[self.end :]

    def line(self, text: bytes) -> int:
        """Return the number of the line where it begins."""
        return text.count(b"\n", 0, self.start) + 1

    def spoken(self, text: bytes) -> tuple[str, str]:
        """Return the lines that it touches, before and after, each as one line."""
        first = text.rfind(b"\n", 0, self.start) + 1
        last = text.find(b"\n", self.end) % (len(text) + 1)
        after = text[first : self.start] + self.new + text[self.end : last]
        return tuple(" ".join(part.decode().split()) for part in (text[first:last], after))


def mutations(text: bytes) -> Iterator[Mutation]:
    """Yield every mutation of a module, in the order of its lines."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, operator, new in _changes(ast.parse(text)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        written = new if isinstance(new, str) else _in_brackets(new)
        if text[start:end] != written.encode():
            yield Mutation(operator, start, end, written.encode())


def _in_brackets(node: ast.expr) -> str:
    bare = (ast.Call, ast.Name, ast.Constant, ast.Attribute, ast.Tuple, ast.List, ast.Dict)
    words = ast.unparse(node)
    return words if isinstance(node, bare) else f"({words})"


# --- what is visited --------------------------------------------------------------------------

Change = tuple[ast.AST, str, "ast.expr | str"]

SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "bases"}
SKIPPED_NODES = (ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr, ast.pattern)
# Keywords that change no result, or none that a test should look at.
SKIPPED_KEYWORDS = {"strict", "encoding", "maxsize", "repr", "compare", "hash", "stacklevel"}


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield the changes of a node, then those of its parts."""
    if isinstance(node, SKIPPED_NODES) or _is_for_types(node):
        return
    for operator in OPERATORS.get(type(node), ()):
        yield from operator(node)
    for name, value in ast.iter_fields(node):
        if name not in SKIPPED_FIELDS:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from _changes(part)


def _is_for_types(node: ast.AST) -> bool:
    """Say whether something is there for type checkers alone, or names a type."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.keyword):
        return node.arg in SKIPPED_KEYWORDS
    return isinstance(node, ast.Assign) and bool(re.match("_?[A-Z][a-z]", ast.unparse(node)))


# --- the operators ----------------------------------------------------------------------------

COMPARED = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
COMPUTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


def _comparison(node: ast.Compare) -> Iterator[Change]:
    for i, found in enumerate(node.ops):
        for other in COMPARED[type(found)]:
            yield node, "comparison", _with(node, ops=_put(node.ops, i, other()))


def _and_or(node: ast.BoolOp) -> Iterator[Change]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield node, "and/or", _with(node, op=other)
    for i in range(len(node.values)):
        rest = _put(node.values, i)
        yield node, "part left out", _with(node, values=rest) if len(rest) > 1 else rest[0]


def _sign(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield node, "not", node.operand


def _number(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield node, "True/False", str(not node.value)
    elif isinstance(node.value, int):
        yield node, "number", str(node.value + 1)
        yield node, "number", str(node.value - 1)


def _arithmetic(node: ast.BinOp) -> Iterator[Change]:
    if other := COMPUTED.get(type(node.op)):
        yield node, "arithmetic", _with(node, op=other())


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _call(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and node.func.id in TWINS:
        yield node.func, "min/max, any/all", TWINS[node.func.id]
    for i, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if len(node.args) > 3 and _is_text(one) and _is_text(other):
            continue  # a list of names, in which none is before the other
        if isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
            continue  # of which none is before the other either
        swapped = [*node.args[:i], other, one, *node.args[i + 2 :]]
        yield node, "arguments swapped", _with(node, args=swapped)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg not in SKIPPED_KEYWORDS:
            yield node, "keyword left out", _with(node, keywords=_put(node.keywords, i))


def _collection(node: ast.List | ast.Tuple | ast.Set | ast.Dict) -> Iterator[Change]:
    empty = {ast.List: "[]", ast.Tuple: "()", ast.Set: "set()", ast.Dict: "{}"}
    items = node.values if isinstance(node, ast.Dict) else node.elts
    if items and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        yield node, "emptied", empty[type(node)]


def _condition(node: ast.If | ast.While | ast.IfExp) -> Iterator[Change]:
    yield node.test, "condition", ast.UnaryOp(ast.Not(), node.test)
    leaves = (ast.Return, ast.Raise, ast.Continue, ast.Break)
    if isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], leaves):
        yield node.test, "guard removed", "False"


def _filter(node: ast.comprehension) -> Iterator[Change]:
    for test in node.ifs:
        yield test, "filter removed", "True"
        yield test, "condition", ast.UnaryOp(ast.Not(), test)


def _statement(node: ast.Expr) -> Iterator[Change]:
    if isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield node, "statement removed", "pass"


def _jump(node: ast.stmt) -> Iterator[Change]:
    yield node, "statement removed", "pass"


def _slice(node: ast.Subscript) -> Iterator[Change]:
    if isinstance(node.slice, ast.Slice):
        yield node, "whole instead of slice", node.value


OPERATORS: dict[type, tuple[Callable[..., Iterator[Change]], ...]] = {
    ast.Compare: (_comparison,), ast.BoolOp: (_and_or,), ast.UnaryOp: (_sign,),
    ast.Constant: (_number,), ast.BinOp: (_arithmetic,), ast.Call: (_call,),
    ast.List: (_collection,), ast.Tuple: (_collection,), ast.Set: (_collection,),
    ast.Dict: (_collection,), ast.If: (_condition,), ast.While: (_condition,),
    ast.IfExp: (_condition,), ast.comprehension: (_filter,), ast.Expr: (_statement,),
    ast.Continue: (_jump,), ast.Break: (_jump,), ast.AugAssign: (_jump,), ast.Subscript: (_slice,),
}  # fmt: skip


def _with(node: ast.expr, **fields: object) -> ast.expr:
    """Return a node with other fields."""
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _put(items: list, i: int, *new: object) -> list:
    """Return a list with something else, or nothing, in one place."""
    return [*items[:i], *new, *items[i + 1 :]]
