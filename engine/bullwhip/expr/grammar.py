"""The expression grammar: text to tree, by a whitelist, within limits, never by evaluation (convention §13).

expression := term (('+' | '-') term)*
term       := unary (('*' | '/') unary)*
unary      := ('-' | '+') unary | power
power      := atom ('^' unary)?             one level; a tower needs parentheses and is refused
atom       := number | reference | function '(' arguments ')' | '(' expression ')'
reference  := id ('[' selector (',' selector)* ']')?
selector   := 't' ('-' digits)? | dimension '=' member
condition  := expression ('<' | '<=' | '>' | '>=') expression      only first in where() and piecewise()
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.errors import did_you_mean
from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference
from bullwhip.numbers import NumberFormatError, read_decimal

__all__ = ["FUNCTIONS", "IDENTIFIER", "MEMBER", "RESERVED", "ExpressionError", "parse"]

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
MEMBER = re.compile(r"[a-z0-9][a-z0-9_]*")

FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "min": (2, 64, "the least of its arguments"),
    "max": (2, 64, "the greatest of its arguments"),
    "abs": (1, 1, "the absolute value"),
    "floor": (1, 1, "the greatest whole number not above it; of a count or a pure number"),
    "ceil": (1, 1, "the least whole number not below it; of a count or a pure number"),
    "exp": (1, 1, "the exponential of a pure number"),
    "log": (1, 1, "the natural logarithm of a pure number"),
    "sqrt": (1, 1, "the square root"),
    "sum": (2, 2, "sum(x, dimension): x added up over a dimension, or over `period`"),
    "where": (3, 3, "where(condition, a, b): a where the condition holds, else b"),
    "piecewise": (3, 63, "piecewise(condition, value, …, otherwise): the first value whose condition holds"),
    "lag": (2, 2, "lag(x, k): x k periods earlier, the same as x[t-k]"),
    "delta": (1, 1, "delta(x): x - x[t-1]"),
    "yoy": (1, 1, "yoy(x): x / x[t-1] - 1"),
    "cum": (1, 1, "cum(x): x added up from its first period to this one"),
    "cagr": (3, 3, "cagr(x, from, to): compound growth per period between two periods"),
    "index": (2, 2, "index(x, base): x relative to its value in the base period"),
}
"""Every function: least and most arguments, and what it is."""

OF_REFERENCE = {"lag", "delta", "yoy", "cum", "cagr", "index"}
"""Functions whose first argument must be a quantity, because they look at its other periods."""

RESERVED = frozenset(FUNCTIONS) | {"t", "period"}
"""Words that cannot be quantity ids."""

_FULL_WIDTH = str.maketrans("，（）＋－＊／＾＜＞［］．＝　", ",()+-*/^<>[].= ")
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<number>\d[\d.]*(?:e[+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<op><=|>=|==|!=|\*\*|[-+*/^()<>=,\[\]])|(?P<end>\Z)|(?P<bad>.))",
    re.DOTALL,
)
_MAX_LENGTH, _MAX_TOKENS, _MAX_DEPTH, _MAX_LITERAL = 2000, 1000, 40, 40
_MAX_POWER, _MAX_ROOT = 64, 12


class ExpressionError(ValueError):
    """An expression is refused; `span` says which characters, `hint` what to do."""

    def __init__(self, message: str, span: tuple[int, int], hint: str = "") -> None:
        super().__init__(message)
        self.span = span
        self.hint = hint


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    span: tuple[int, int]


def parse(text: str) -> Expr:
    """Return the tree of an expression.

    Raises:
        ExpressionError: for anything outside the grammar or its limits.

    >>> parse("6 * model.parameters / x[t-1]").operator
    '/'
    >>> parse("__import__('os')")
    Traceback (most recent call last):
    bullwhip.expr.grammar.ExpressionError: "'" is not part of an expression
    """
    if len(text) > _MAX_LENGTH:
        raise ExpressionError(
            f"an expression of {len(text)} characters; at most {_MAX_LENGTH} are read", (0, 1), "split it into rules"
        )
    parser = _Parser(_tokens(text.translate(_FULL_WIDTH)))
    tree = parser.expression()
    parser.expect_end()
    return tree


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, depth = 0, 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:  # the pattern accepts any character, so this cannot be reached
            raise ExpressionError("the expression cannot be read", (position, position + 1))
        kind = str(match.lastgroup)
        span = match.span(kind)
        if kind == "bad":
            raise ExpressionError(*_foreign(match[kind], span))
        tokens.append(_Token(kind, match[kind], span))
        if kind == "end":
            return tokens
        if len(tokens) > _MAX_TOKENS:
            raise ExpressionError(f"an expression of more than {_MAX_TOKENS} parts", span, "split it into rules")
        depth += (match[kind] in "([") - (match[kind] in ")]")
        if depth > _MAX_DEPTH:
            raise ExpressionError(f"parentheses nest deeper than {_MAX_DEPTH}", span, "split it into rules")
        position = match.end()


def _foreign(character: str, span: tuple[int, int]) -> tuple[str, tuple[int, int], str]:
    if not character.isprintable():
        return (
            f"the invisible character U+{ord(character):04X} is not part of an expression",
            span,
            "remove it",
        )
    hint = ""
    if character in "%％":
        hint = "write a share as a decimal (0.7), or give the driver the unit %"
    elif character in "×·•∗":
        hint = "write * for multiplication"
    elif character == "÷":
        hint = "write / for division"
    elif character in "−–—":
        hint = "write an ASCII minus sign"
    elif character == ".":
        hint = "write a digit before the point: 0.5"
    elif character in "&|!~":
        hint = "conditions are joined by nesting where()"
    elif not character.isascii():
        shown = f"{character!r} (U+{ord(character):04X})"
        return f"{shown} is not part of an expression", span, "ids are ASCII; put Chinese names into labels"
    return (
        f'"{character}" is not part of an expression'
        if character == "'"
        else (f"{character!r} is not part of an expression"),
        span,
        hint,
    )


class _Parser:
    """Precedence climbing; recursion only through parentheses, which `_tokens` has bounded."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.tokens[self.position]
        self.position += token.kind != "end"
        return token

    def accept(self, text: str) -> bool:
        if self.token.kind == "op" and self.token.text == text:
            self.position += 1
            return True
        return False

    def expect(self, text: str, after: str) -> _Token:
        if self.token.text != text or self.token.kind != "op":
            message = f"{text!r} was expected {after}, {self.found()} was found"
            raise ExpressionError(message, self.token.span, self.advice() if self.token.kind != "end" else "")
        return self.take()

    def found(self) -> str:
        return "the end" if self.token.kind == "end" else repr(self.token.text)

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise ExpressionError(f"{self.found()} was not expected here", self.token.span, self.advice())

    def advice(self) -> str:
        """Return what to do about a token that does not belong where it stands."""
        token, hint = self.token, ""
        if token.text in ("if", "else", "and", "or", "not", "in", "is", "for", "lambda"):
            hint = "a condition is written where(condition, a, b)"
        elif token.text == ",":
            hint = "write numbers without thousands separators; commas part the arguments of a function"
        elif token.kind == "name" and re.match(r"[_E]", token.text):
            hint = "write numbers in plain digits, or as 2.5e3"
        elif token.kind in ("name", "number") or token.text == "(":
            hint = "an operator is missing; write * for multiplication"
        elif token.text in ("<", "<=", ">", ">=", "==", "!=", "="):
            hint = "comparisons stand only first in where() and piecewise(), and only as < <= > >="
        elif token.text == "**":
            hint = "write ^ for a power"
        return hint

    def expression(self) -> Expr:
        left = self.term()
        while self.token.kind == "op" and self.token.text in "+-":
            operator = self.take().text
            right = self.term()
            left = Binary(operator, left, right, (left.span[0], right.span[1]))
        return left

    def term(self) -> Expr:
        left = self.unary()
        while self.token.kind == "op" and self.token.text in "*/":
            operator = self.take().text
            right = self.unary()
            left = Binary(operator, left, right, (left.span[0], right.span[1]))
        return left

    def unary(self) -> Expr:
        signs: list[_Token] = []
        while self.token.kind == "op" and self.token.text in "+-":
            signs.append(self.take())
        if len(signs) > 2:
            raise ExpressionError("a run of signs", signs[0].span)
        inner = self.power()
        for sign in reversed(signs):
            if sign.text == "-":
                inner = Negate(inner, (sign.span[0], inner.span[1]))
        return inner

    def power(self) -> Expr:
        base = self.atom()
        if self.token.text == "**":
            raise ExpressionError("'**' is not part of an expression", self.token.span, "write ^ for a power")
        if not self.accept("^"):
            return base
        exponent = self.unary()
        if isinstance(exponent, Binary) and exponent.operator == "^":
            raise ExpressionError("a tower of powers", exponent.span, "put one of the powers into a rule of its own")
        value = _constant(exponent)
        if value is None:
            raise ExpressionError(
                "an exponent must be a number", exponent.span, "exp(y * log(x)) says x to the power y"
            )
        if abs(value) > _MAX_POWER or value.denominator > _MAX_ROOT:
            raise ExpressionError(
                f"the exponent {value} is beyond ±{_MAX_POWER} or finer than 1/{_MAX_ROOT}", exponent.span
            )
        return Binary("^", base, Number(value, str(value), exponent.span), (base.span[0], exponent.span[1]))

    def atom(self) -> Expr:
        token = self.take()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.call(token) if self.token.text == "(" and self.token.kind == "op" else self.reference(token)
        if token.text == "(" and token.kind == "op":
            inner = self.expression()
            self.expect(")", "to close the parenthesis")
            return inner
        found = "the end" if token.kind == "end" else repr(token.text)
        hint = "leave the = out: an expression is only what stands behind it" if token.text == "=" else ""
        raise ExpressionError(f"a number or a name was expected, {found} was found", token.span, hint)

    def number(self, token: _Token) -> Number:
        if len(token.text) > _MAX_LITERAL:
            raise ExpressionError(f"a number of {len(token.text)} characters; at most {_MAX_LITERAL}", token.span)
        try:
            return Number(read_decimal(token.text), token.text, token.span)
        except NumberFormatError as error:
            raise ExpressionError(str(error), token.span) from None

    def reference(self, token: _Token) -> Reference:
        if not IDENTIFIER.fullmatch(token.text):
            raise ExpressionError(f"{token.text!r} is not an id", token.span, "ids are dotted snake_case, lower case")
        if len(token.text) > 100:
            raise ExpressionError(f"an id of {len(token.text)} characters; at most 100", token.span)
        if token.text in RESERVED:
            hint = f"{token.text}() is a function" if token.text in FUNCTIONS else "t stands only in brackets: x[t-1]"
            raise ExpressionError(f"{token.text!r} is a reserved word", token.span, hint)
        if not self.accept("["):
            return Reference(token.text, (), 0, token.span)
        select: list[tuple[str, str]] = []
        lag = 0
        seen: set[str] = set()
        while True:
            key, value = self.selector()
            name = "period" if key == "t" else key
            if name in seen:
                raise ExpressionError(f"the dimension {name!r} is selected twice", self.token.span)
            seen.add(name)
            if key == "t":
                lag = int(value)
            else:
                select.append((key, value))
            if not self.accept(","):
                break
        end = self.expect("]", "to close the bracket")
        return Reference(token.text, tuple(select), lag, (token.span[0], end.span[1]))

    def selector(self) -> tuple[str, str]:
        token = self.take()
        if token.kind != "name" or not re.fullmatch(r"[a-z][a-z0-9_]*", token.text):
            raise ExpressionError(
                f"a selector was expected, {token.text!r} was found", token.span, "t-1, or dimension=member"
            )
        if token.text == "t":
            if self.token.text == "+":
                raise ExpressionError("a lead is not allowed", self.token.span, "only earlier periods: x[t-1]")
            if not self.accept("-"):
                return "t", "0"
            lag = self.take()
            if not re.fullmatch(r"0?[1-9]|[1-9][0-9]", lag.text):
                raise ExpressionError("a lag is a whole number from 1 to 99", lag.span, "for example x[t-1]")
            return "t", lag.text
        if self.token.text == "==":
            raise ExpressionError("'==' is not part of a selector", self.token.span, "write dimension=member")
        self.expect("=", f"after the dimension {token.text!r}")
        member = self.take()
        text = member.text
        if member.kind == "number" and self.token.kind == "name" and self.token.span[0] == member.span[1]:
            text += self.take().text  # members such as 200g begin with a digit
        if not MEMBER.fullmatch(text):
            raise ExpressionError(f"{text!r} is not a member id", member.span)
        return token.text, text

    def call(self, token: _Token) -> Call:
        name = token.text
        if name not in FUNCTIONS:
            hint = did_you_mean(name.lower(), FUNCTIONS) or f"functions: {', '.join(FUNCTIONS)}"
            hint = "a condition is written where(condition, a, b)" if name.lower() == "if" else hint
            raise ExpressionError(f"there is no function {name!r}", token.span, hint)
        self.take()
        arguments: list[Expr] = []
        over = ""
        while True:
            position = len(arguments)
            conditional = (name == "where" and position == 0) or (name == "piecewise" and position % 2 == 0)
            if name == "sum" and position == 1:
                over = self.take().text
                if not re.fullmatch(r"[a-z][a-z0-9_]*", over):
                    raise ExpressionError("sum() takes an expression and a dimension", token.span, "sum(x, family)")
                break
            arguments.append(self.condition() if conditional else self.expression())
            if not self.accept(","):
                break
        end = self.expect(")", f"to close {name}(")
        span = (token.span[0], end.span[1])
        self.check_call(name, arguments, over, span)
        return Call(name, tuple(arguments), over, span)

    def condition(self) -> Expr:
        left = self.expression()
        operator = self.token
        if operator.text in ("==", "!=", "="):
            raise ExpressionError("equality is not a condition", operator.span, "use <= and >=")
        if operator.text not in ("<", "<=", ">", ">="):
            return left
        self.take()
        right = self.expression()
        return Compare(operator.text, left, right, (left.span[0], right.span[1]))

    def check_call(self, name: str, arguments: list[Expr], over: str, span: tuple[int, int]) -> None:
        count = len(arguments) + bool(over)
        least, most, _ = FUNCTIONS[name]
        if not least <= count <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            raise ExpressionError(f"{name}() takes {expected} arguments, {count} were given", span, FUNCTIONS[name][2])
        conditions = {"where": arguments[:1], "piecewise": arguments[:-1:2]}.get(name, [])
        for condition in conditions:
            if not isinstance(condition, Compare):
                raise ExpressionError("a condition was expected", condition.span, "compare with < <= > or >=")
        if name == "piecewise":
            if count % 2 == 0:
                raise ExpressionError("piecewise() needs a last value for otherwise", span, FUNCTIONS[name][2])
            if isinstance(arguments[-1], Compare):
                raise ExpressionError("the last value of piecewise() is a condition", arguments[-1].span)
        if name in OF_REFERENCE:
            if not isinstance(arguments[0], Reference):
                raise ExpressionError(f"{name}() takes a quantity", arguments[0].span, "give the expression a rule")
            for other in arguments[1:]:
                if not isinstance(other, Number) or other.value.denominator != 1:
                    raise ExpressionError(f"{name}() takes whole numbers after the quantity", other.span)


def _constant(expression: Expr) -> Fraction | None:
    """Return the value of an expression of literals only, or None."""
    match expression:
        case Number(value=value):
            return value
        case Negate(argument=inner):
            value_ = _constant(inner)
            return None if value_ is None else -value_
        case Binary(operator=operator, left=left, right=right) if operator in "+-*/":
            a, b = _constant(left), _constant(right)
            if a is None or b is None or (operator == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b}.get(operator) if operator != "/" else a / b
        case _:
            return None
