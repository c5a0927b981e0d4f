"""The grammar of inference rules: heads, parts of bodies and facts, text to tree, never by evaluation (convention §22).

head        := predicate '(' head_term (',' head_term)* ')'
head_term   := term | ('count' | 'sum' | 'min' | 'max') '(' variable ')' | 'new' '(' kind (',' term)* ')'
part        := 'not'? atom | sum ('=' | '!=' | '<' | '<=' | '>' | '>=') sum
atom        := predicate '(' term (',' term)* ')'
predicate   := name | prefix ':' name
sum         := product (('+' | '-') product)*
product     := unary (('*' | '/') unary)*
unary       := '-' unary | term | function '(' sum (',' sum)* ')' | '(' sum ')'
term        := '?' name | '_' | prefix ':' name | '<' iri '>' | number | 'true' | 'false' | text
text        := '"' … '"' ('@' language | '^^' prefix ':' name)?
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bullwhip.errors import did_you_mean
from bullwhip.expr.grammar import ExpressionError

__all__ = [
    "FUNCTIONS",
    "Clause",
    "Comparison",
    "Name",
    "Operation",
    "Text",
    "Unknown",
    "Written",
    "parse_fact",
    "parse_head",
    "parse_part",
]

Span = tuple[int, int]

FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "min": (2, 16, "min(a, b): the least of numbers"),
    "max": (2, 16, "max(a, b): the greatest of numbers"),
    "abs": (1, 1, "abs(a): the absolute value"),
    "number": (1, 1, 'number(a): the number that a text says exactly, such as "1/3"'),
}
"""Functions of numbers: least and most arguments, and what each is."""

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_MAX_LENGTH, _MAX_DEPTH, _MAX_ARGUMENTS, _MAX_NUMBER = 2000, 40, 16, 100
_FULL_WIDTH = str.maketrans("，（）＋－＊／＜＞＝？：！　", ",()+-*/<>=?:! ")
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r'(?P<text>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<iri><[^<>\"{}|^`\\\s]*:[^<>\"{}|^`\\\s]*>)"
    r"|(?P<variable>\?[A-Za-z_][A-Za-z0-9_]*|_(?![A-Za-z0-9_]))"
    r"|(?P<curie>[A-Za-z][A-Za-z0-9_-]*:(?:[A-Za-z0-9_\u00b7-\uffff](?:[A-Za-z0-9_\u00b7-\uffff~%-]|[./=](?=[A-Za-z0-9_]))*)?)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_\u3400-\u9fff][A-Za-z0-9_\u3400-\u9fff]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    r"|(?P<op>\^\^|<=|>=|!=|==|[-+*/()<>=,])|(?P<end>\Z)|(?P<bad>.))",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable; without a name it is one that stands nowhere else."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A name with a prefix, `bw:Driver`, or an IRI in angle brackets."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A literal: its text, and its language, or its datatype as a name with a prefix."""

    text: str
    span: Span
    language: str = ""
    datatype: Name | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """Arithmetic, a function, or in a head an aggregate or a new node, over what is written in its parentheses."""

    operator: str
    arguments: tuple[Written, ...]
    span: Span


Written = Unknown | Name | Text | Operation


@dataclass(frozen=True, slots=True)
class Clause:
    """A predicate over terms, negated or not."""

    predicate: Name
    """With or without a prefix."""
    terms: tuple[Written, ...]
    span: Span
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two expressions with a comparison between them; `=` with a variable on its left may give that a value."""

    operator: str
    left: Written
    right: Written
    span: Span


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    span: Span


def parse_head(text: str) -> Clause:
    """Return the tree of a head.

    Raises:
        ExpressionError: for anything outside the grammar or its limits.

    >>> parse_head("supplied_by(?t, count(?c))").terms[1].operator
    'count'
    """
    return _Parser(text).whole_clause(head=True)


def parse_part(text: str) -> Clause | Comparison:
    """Return the tree of one part of a body.

    Raises:
        ExpressionError: for anything outside the grammar or its limits.

    >>> parse_part("not bw:dependsOn(?q, _)").negated, parse_part("?z = ?x * 2").operator
    (True, '=')
    >>> parse_part("__import__('os')")
    Traceback (most recent call last):
    bullwhip.expr.grammar.ExpressionError: "'" is not part of a rule
    """
    return _Parser(text).part()


def parse_fact(text: str) -> Clause:
    """Return the tree of a fact, or of a pattern of facts where it has variables; ids may lack their prefix.

    Raises:
        ExpressionError: for anything outside the grammar or its limits.

    >>> parse_fact("bw:suppliesTo(company:a, ?x)").predicate.text
    'bw:suppliesTo'
    """
    return _Parser(text, bare=True).whole_clause(head=False)


def _plain(text: str) -> str:
    """Return a text with the marks of Chinese typesetting, outside of quotes, as the grammar has them."""
    pieces = re.split(r'("(?:[^"\\\n]|\\.)*")', text)
    return "".join(piece if number % 2 else piece.translate(_FULL_WIDTH) for number, piece in enumerate(pieces))


def _tokens(text: str) -> list[_Token]:
    if len(text) > _MAX_LENGTH:
        message = f"a part of {len(text)} characters; at most {_MAX_LENGTH} are read"
        raise ExpressionError(message, (0, 1), "split it into rules")
    text = _plain(text)
    tokens: list[_Token] = []
    position, depth = 0, 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:  # the pattern accepts any character, so this cannot be reached
            raise ExpressionError("the rule cannot be read", (position, position + 1))
        kind = str(match.lastgroup)
        span = match.span(kind)
        if kind == "bad":
            raise ExpressionError(*_foreign(match[kind], span))
        tokens.append(_Token(kind, match[kind], span))
        if kind == "end":
            return tokens
        depth += (match[kind] == "(") - (match[kind] == ")")
        if depth > _MAX_DEPTH:
            raise ExpressionError(f"parentheses nest deeper than {_MAX_DEPTH}", span, "split it into rules")
        position = match.end()


def _foreign(character: str, span: Span) -> tuple[str, Span, str]:
    shown = f'"{character}"' if character == "'" else repr(character)
    if not character.isprintable():
        return f"the invisible character U+{ord(character):04X} is not part of a rule", span, "remove it"
    hints = {
        "'": 'write a text in double quotes: "…"',
        '"': 'close the text with a second quote; inside a text write \\" for a quote',
        "?": "a variable is a question mark and a name: ?company",
        "[": "write a text in quotes, and an id with a prefix",
        "!": "write not before an atom, and != between terms",
        "&": "write the parts as items of a list",
        "|": "write one rule for each alternative",
        "^": "write ^^ before a datatype; there are no powers here",
        ".": "write a digit before the point: 0.5; a rule ends without a full stop",
        ";": "write the parts as items of a list",
    }
    if not character.isascii():
        return f"{shown} (U+{ord(character):04X}) is not part of a rule", span, 'put it into a text: "…"'
    return f"{shown} is not part of a rule", span, hints.get(character, "")


class _Parser:
    """Recursive descent; its depth is bounded by the parentheses that `_tokens` counts."""

    def __init__(self, text: str, *, bare: bool = False) -> None:
        self.tokens = _tokens(text)
        self.bare = bare
        self.position = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.token
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> str:
        if self.token.kind == "op" and self.token.text in texts:
            return self.take().text
        return ""

    def expect(self, text: str, after: str) -> _Token:
        if self.token.kind != "op" or self.token.text != text:
            raise ExpressionError(f"{text!r} was expected {after}, {self.found()} was found", self.token.span, "")
        return self.take()

    def found(self) -> str:
        return "the end" if self.token.kind == "end" else repr(self.token.text)

    def expect_end(self) -> None:
        if self.token.kind == "end":
            return
        hint = ""
        if self.token.text in (",", "and"):
            hint = "write each part as an item of the list of its own"
        elif self.token.text == "or":
            hint = "write one rule for each alternative"
        elif self.token.text in _COMPARISONS or self.token.text == "==":
            hint = "compare two expressions only, with one of " + " ".join(_COMPARISONS)
        raise ExpressionError(f"{self.found()} was not expected here", self.token.span, hint)

    def whole_clause(self, *, head: bool) -> Clause:
        clause = self.clause(head=head)
        self.expect_end()
        return clause

    def part(self) -> Clause | Comparison:
        token = self.token
        if token.kind == "name" and token.text == "not":
            self.take()
            clause = self.clause(head=False)
            self.expect_end()
            return Clause(clause.predicate, clause.terms, (token.span[0], clause.span[1]), negated=True)
        if self.is_clause():
            return self.whole_clause(head=False)
        left = self.sum(0)
        operator = self.token.text
        if self.token.kind != "op" or operator not in _COMPARISONS:
            hint = "a part is an atom, bw:supplies(?a, ?b), or a comparison, ?x >= 0.5"
            if operator == "==":
                hint = "write = for equal"
            elif isinstance(left, Name):
                hint = "write its arguments in parentheses: bw:Driver(?d)"
            raise ExpressionError(f"a comparison was expected, {self.found()} was found", self.token.span, hint)
        self.take()
        right = self.sum(0)
        self.expect_end()
        return Comparison(operator, left, right, (_span(left)[0], _span(right)[1]))

    def is_clause(self) -> bool:
        """Return whether an atom stands here, and not a function that is compared."""
        if self.token.kind not in ("name", "curie") or self.tokens[self.position + 1].text != "(":
            return False
        return self.token.kind == "curie" or self.token.text not in FUNCTIONS

    def clause(self, *, head: bool) -> Clause:
        token = self.take()
        if token.kind not in ("name", "curie") or token.text.endswith(":"):
            found = "the end" if token.kind == "end" else repr(token.text)
            hint = "for example reaches(?d, ?q) or bw:suppliesTo(?a, ?b)"
            if token.kind == "iri":
                hint = "write it with its prefix: bw:supplies"
            raise ExpressionError(f"a relation, property or class was expected, {found} was found", token.span, hint)
        if head and token.text == "not":
            raise ExpressionError("a head cannot be negated", token.span, "what no rule derives does not hold")
        self.expect("(", f"after {token.text}")
        terms: list[Written] = []
        while True:
            terms.append(self.head_term() if head else self.term(f"as an argument of {token.text}"))
            if not self.accept(","):
                break
            if len(terms) == _MAX_ARGUMENTS:
                raise ExpressionError(f"more than {_MAX_ARGUMENTS} arguments", self.token.span, "split it")
        if self.token.kind == "op" and self.token.text in "+-*/":
            hint = "give it a variable in a part of its own: ?z = ?x * 2"
            raise ExpressionError(f"an argument of {token.text} is an expression", self.token.span, hint)
        end = self.expect(")", f"to close {token.text}(")
        return Clause(Name(token.text, token.span), tuple(terms), (token.span[0], end.span[1]))

    def head_term(self) -> Written:
        token = self.token
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        if token.kind != "name" or following.text != "(":
            return self.term("as an argument of a head")
        known = {"count": 1, "sum": 1, "min": 1, "max": 1, "new": _MAX_ARGUMENTS}
        if token.text not in known:
            hint = did_you_mean(token.text, known) or "a head knows count(?x), sum(?x), min(?x), max(?x), new(kind, ?x)"
            raise ExpressionError(f"there is no {token.text}() in a head", token.span, hint)
        self.take()
        self.take()
        arguments: list[Written] = []
        if token.text == "new":
            kind = self.take()
            if kind.kind != "name" or not re.fullmatch(r"[a-z][a-z0-9_]*", kind.text):
                message = f"new() begins with the kind of the new node, {kind.text!r} was found"
                raise ExpressionError(message, kind.span, "a word in lower case: new(pair, ?a, ?b)")
            arguments.append(Text(kind.text, kind.span))
            self.expect(",", "behind the kind, with what the node is named after")
        while True:
            arguments.append(self.term(f"in {token.text}()"))
            if not self.accept(","):
                break
        end = self.expect(")", f"to close {token.text}(")
        span = (token.span[0], end.span[1])
        if token.text != "new" and (len(arguments) != 1 or not isinstance(arguments[0], Unknown)):
            raise ExpressionError(f"{token.text}() takes one variable", span, f"for example {token.text}(?x)")
        return Operation(token.text, tuple(arguments), span)

    def term(self, where: str) -> Written:
        token = self.take()
        if token.kind == "variable":
            return Unknown(token.text.removeprefix("?") if token.text != "_" else "", token.span)
        if token.kind in ("curie", "iri"):
            return Name(token.text, token.span)
        if token.kind == "number":
            return _number(token, "")
        if token.text == "-" and self.token.kind == "number":
            return _number(self.take(), "-")
        if token.kind == "text":
            return self.literal(token)
        if token.kind == "name" and token.text in ("true", "false"):
            return Text(token.text, token.span, datatype=Name("xsd:boolean", token.span))
        if token.kind == "name" and self.bare:
            return Name(token.text, token.span)
        found = "the end" if token.kind == "end" else repr(token.text)
        hint = 'terms are ?variables, _, ids with a prefix (role:supplier), numbers and "texts"'
        if token.kind == "name":
            name = token.text
            hint = f'a variable has a question mark, ?{name}; an id has a prefix; a text stands in quotes, "{name}"'
        raise ExpressionError(f"a term was expected {where}, {found} was found", token.span, hint)

    def literal(self, token: _Token) -> Text:
        text = re.sub(r"\\(.)", lambda m: _escape(m[1], token.span), token.text[1:-1])
        if self.token.kind == "language" and self.token.span[0] == token.span[1]:
            tag = self.take()
            return Text(text, (token.span[0], tag.span[1]), language=tag.text[1:].lower())
        if self.token.kind == "op" and self.token.text == "^^":
            self.take()
            kind = self.take()
            if kind.kind not in ("curie", "iri"):
                hint = '"2024-01-01"^^xsd:date'
                raise ExpressionError(f"a datatype was expected after ^^, {kind.text!r} was found", kind.span, hint)
            return Text(text, (token.span[0], kind.span[1]), datatype=Name(kind.text, kind.span))
        return Text(text, token.span)

    def sum(self, depth: int) -> Written:
        left = self.product(depth)
        while self.token.kind == "op" and self.token.text in ("+", "-"):
            operator = self.take().text
            right = self.product(depth)
            left = Operation(operator, (left, right), (_span(left)[0], _span(right)[1]))
        return left

    def product(self, depth: int) -> Written:
        left = self.unary(depth)
        while self.token.kind == "op" and self.token.text in ("*", "/"):
            operator = self.take().text
            right = self.unary(depth)
            left = Operation(operator, (left, right), (_span(left)[0], _span(right)[1]))
        return left

    def unary(self, depth: int) -> Written:
        token = self.token
        if depth > _MAX_DEPTH:
            raise ExpressionError(f"signs and parentheses nest deeper than {_MAX_DEPTH}", token.span)
        if self.accept("-"):
            if self.token.kind == "number":
                return _number(self.take(), "-")
            inner = self.unary(depth + 1)
            zero = Text("0", token.span, datatype=Name("xsd:integer", token.span))
            return Operation("-", (zero, inner), (token.span[0], _span(inner)[1]))
        if self.accept("("):
            inner = self.sum(depth + 1)
            self.expect(")", "to close the parenthesis")
            return inner
        if token.kind == "name" and self.tokens[self.position + 1].text == "(":
            return self.function(depth)
        return self.term("in an expression")

    def function(self, depth: int) -> Operation:
        token = self.take()
        if token.text not in FUNCTIONS:
            hint = did_you_mean(token.text, FUNCTIONS) or f"functions: {', '.join(FUNCTIONS)}"
            if token.text in ("count", "sum"):
                hint = "an aggregate stands in a head only: total(?t, sum(?x))"
            raise ExpressionError(f"there is no function {token.text!r}", token.span, hint)
        self.take()
        arguments = [self.sum(depth + 1)]
        while self.accept(","):
            arguments.append(self.sum(depth + 1))
        end = self.expect(")", f"to close {token.text}(")
        span = (token.span[0], end.span[1])
        least, most, about = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            message = f"{token.text}() takes {expected} arguments, {len(arguments)} were given"
            raise ExpressionError(message, span, about)
        return Operation(token.text, tuple(arguments), span)


def _span(written: Written) -> Span:
    return written.span


def _escape(character: str, span: Span) -> str:
    if character not in _ESCAPES:
        raise ExpressionError(f"\\{character} says nothing in a text", span, r"\" \\ \n \t and \r do")
    return _ESCAPES[character]


def _number(token: _Token, sign: str) -> Text:
    """Return a number as a literal: whole, decimal, or with an exponent a double."""
    text = sign + token.text
    if len(text) > _MAX_NUMBER:
        raise ExpressionError(f"a number of {len(text)} characters; at most {_MAX_NUMBER}", token.span)
    kind = "double" if re.search("[eE]", text) else "decimal" if "." in text else "integer"
    span = (token.span[0] - len(sign), token.span[1])
    return Text(text, span, datatype=Name(f"xsd:{kind}", span))
