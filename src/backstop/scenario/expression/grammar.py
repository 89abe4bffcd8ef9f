"""The grammar of expressions: from text to a typed tree, with a message for every way to get it wrong.

A small Pratt parser (Pratt 1973, "Top down operator precedence") over its own tokens. Nothing of Python's own
compiler is used: there are no attributes, subscripts, strings, or calls except to the functions of the table, and the
length of the text, the depth of nesting and the size of numbers are bounded.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from backstop.base.words import did_you_mean
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, Operation, type_of
from backstop.scenario.expression.operations import FUNCTIONS, OPERATIONS, Operator, Rank

MOST_CHARACTERS = 1000
MOST_DEPTH = 50
LARGEST_NUMBER = 1e12


class ExpressionError(ValueError):
    """What is wrong with an expression: `message`, and `offset`, the character (from 0) where it is."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(f"{message} (at character {offset + 1})")
        self.message = message
        self.offset = offset

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int]]:
        return ExpressionError, (self.message, self.offset)


class Token(NamedTuple):
    """A piece of text: `kind` is number, name, sign or end."""

    kind: str
    text: str
    offset: int


_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/<>(),])",
    re.ASCII,
)

# Signs of other languages: what to write here instead.
_FOREIGN = {
    "&&": "and",
    "||": "or",
    "^": "** for a power",
    "%": "a percentage as a fraction, such as 0.05 for 5 per cent",
    "&": "and",
    "|": "or, and abs(x) for an absolute value",
    "!": "not, or != for unequal",
    "~": "not",
    "?": "where(condition, a, b)",
    "@": "* for a product",
    "×": "*",
    "·": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
}
_STRANGERS = {
    "//": "whole-number division does not exist here: write /",
    "<>": "<> is not a comparison: write !=",
    "=<": "=< is not a comparison: write <=",
    "=>": "=> is not a comparison: write >=",
    "=": "= does not compare: write ==",
    **{sign: f"{sign} is not an operator here: write {instead}" for sign, instead in _FOREIGN.items()},
    **{sign: f"an expression has no subscripts: {sign} is not allowed" for sign in "[]"},
    **dict.fromkeys("{}", "braces are not allowed: use parentheses ( )"),
    **dict.fromkeys("'\"`", "an expression has no text in quotes: names stand without quotes"),
    **dict.fromkeys("$€", "an amount is written without a currency sign"),
    **dict.fromkeys("–—", "a dash is not a minus: write -"),
    ".": "an expression has no attributes: a point stands only inside a number",
    ":": "a colon is not allowed in an expression",
    ";": "a semicolon is not allowed: one expression only",
    "#": "a comment is not allowed inside an expression",
    "\\": "a backslash is not allowed in an expression",
    "−": "this minus is not the one on the keyboard: write -",
    "²": "write ** 2 for a square",
    "√": "write sqrt(x) for a root",
}

# Words that are something else in another language: what to write here.
_WORDS = {
    "true": "write 1 for true",
    "false": "write 0 for false",
    "none": "write a number",
    "null": "write a number",
    "if": "write where(condition, a, b)",
    "then": "write where(condition, a, b)",
    "else": "write where(condition, a, b)",
    "for": "an expression has no loops",
    "lambda": "an expression defines no functions; name it under definitions",
    "import": "an expression loads nothing",
    "in": "compare with == and or",
    "is": "compare with ==",
    "xor": "write a != b",
}
_CALLS = {
    "ln": "write log(x), the natural logarithm",
    "log10": "write log(x) / log(10)",
    "log2": "write log(x) / log(2)",
    "pow": "write a ** b",
    "power": "write a ** b",
    "if": "write where(condition, a, b)",
    "ifelse": "write where(condition, a, b)",
    "iif": "write where(condition, a, b)",
    "sigmoid": "write logistic(x)",
    "expit": "write logistic(x)",
    "minimum": "write min(a, b)",
    "maximum": "write max(a, b)",
    "sum": "write a + b",
    "float": "leave it out: every value is a number",
    "int": "there is no rounding",
    "round": "there is no rounding",
    "floor": "there is no rounding",
    "ceil": "there is no rounding",
}

# Names that a scenario cannot give to anything of its own, because expressions use them.
RESERVED: frozenset[str] = frozenset(FUNCTIONS) | frozenset(
    word for low in ("and", "or", "not", *_WORDS) for word in (low, low.capitalize(), low.upper())
)

_INFIX = {row.sign: row for row in OPERATIONS.values() if row.is_infix}

_QUOTES = "; inside { } YAML splits at the comma, so put the whole expression in quotes"


def syntax_tree(text: str) -> Node:
    """The tree of `text`. Raises ExpressionError."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            f"the expression has {len(text)} characters, and {MOST_CHARACTERS} are allowed: "
            "give parts of it names under definitions",
            MOST_CHARACTERS,
        )
    return _Parser(_tokens(text)).whole()


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or text[at : at + 2] in ("//", "<>"):
            raise ExpressionError(_strange(text, at), at)
        kind, piece = str(match.lastgroup), match.group()
        if kind == "number":
            after = text[match.end() : match.end() + 1]
            if after == "_" or (after.isascii() and after.isalnum()):
                raise ExpressionError(_run_on(text, at, match.end()), match.end())
        if kind != "space":
            found.append(Token(kind, piece, at))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _strange(text: str, at: int) -> str:
    for length in (2, 1):
        if (message := _STRANGERS.get(text[at : at + length])) is not None:
            return message
    character = text[at]
    if character.isalpha():
        return f"the letter {character} is not allowed: names are made of the letters a to z, digits and _"
    if character.isspace():
        return "a space of an unusual kind stands here: replace it by an ordinary one"
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"the character {shown} is not allowed in an expression"


def _run_on(text: str, start: int, end: int) -> str:
    run = re.match(r"\w+", text[end:], re.ASCII)
    number, tail = text[start:end], run.group() if run else ""
    if tail.startswith("_"):
        return f"write a number without underscores: {number}{tail}"
    if tail[:1] in "eE" and len(tail) == 1:
        return f"the exponent of {number}{tail} is missing: write it like 1e3"
    if number == "0" and tail[:1] in "xXbBoO":
        return f"write a number with decimal digits: {number}{tail}"
    return f"an operator is missing between {number} and {tail}: write {number} * {tail} for a product"


class _Parser:
    """Reads tokens from left to right; `depth` counts what is open at the moment."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def sees(self, text: str) -> bool:
        token = self.next
        return token.text == text and token.kind != "end"

    def whole(self) -> Node:
        if self.next.kind == "end":
            raise ExpressionError("the expression is empty", 0)
        node = self.expression(Rank.OR)
        if self.next.kind != "end":
            raise self.unexpected(self.next)
        return node

    def nested(self, token: Token, least: Rank) -> Node:
        """An expression one level deeper than what surrounds it."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ExpressionError(
                f"the expression is nested more than {MOST_DEPTH} deep: give parts of it names under definitions",
                token.offset,
            )
        node = self.expression(least)
        self.depth -= 1
        return node

    def expression(self, least: Rank) -> Node:
        """All that follows and binds at least as tightly as `least`."""
        node = self.operand(least)
        while (row := self.infix()) is not None and row.rank >= least:
            node = self.extended(node, row)
        return node

    def infix(self) -> Operator | None:
        """The operation between two operands that comes next."""
        return None if self.next.kind == "end" else _INFIX.get(self.next.text)

    def extended(self, left: Node, row: Operator) -> Node:
        token = self.take()
        if row.right < row.rank:
            # What stands to the right may be such an operation again, one level deeper.
            return Operation(row.sign, (left, self.nested(token, row.right)))
        arguments = [left, self.expression(row.right)]
        while row.most is None and self.sees(row.sign):
            self.take()
            arguments.append(self.expression(row.right))
        if row.rank is Rank.COMPARISON and (after := self.infix()) and after.rank is Rank.COMPARISON:
            raise ExpressionError(
                "comparisons do not chain: write a < b and b < c instead of a < b < c", self.next.offset
            )
        return Operation(row.sign, tuple(arguments))

    def operand(self, least: Rank) -> Node:
        token = self.take()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token, least)
        if token.text in ("-", "+") and token.kind == "sign":
            return _signed(token.text, self.nested(token, Rank.SIGN))
        if token.text == "(":
            if self.sees(")"):
                raise ExpressionError("there is nothing between these parentheses", token.offset)
            node = self.nested(token, Rank.OR)
            self.close(token, "")
            return node
        raise self.missing(token)

    def number(self, token: Token) -> Number:
        value = float(token.text)
        if value > LARGEST_NUMBER:
            raise ExpressionError(
                f"{token.text} is too large: numbers go up to {LARGEST_NUMBER:g}; choose a larger unit",
                token.offset,
            )
        return Number(value)

    def named(self, token: Token, least: Rank) -> Node:
        word = token.text
        if word == "not":
            if least > Rank.NOT:
                raise ExpressionError("put parentheses around not: write (not a)", token.offset)
            return Operation("not", (self.nested(token, Rank.NOT),))
        if word in ("and", "or"):
            raise self.missing(token)
        if self.sees("("):
            return self.call(token)
        if word in FUNCTIONS:
            raise ExpressionError(
                f"{word} is a function and needs its arguments: {FUNCTIONS[word].form}", token.offset
            )
        if word in RESERVED:
            raise ExpressionError(_reserved(word), token.offset)
        return Name(word)

    def call(self, name: Token) -> Node:
        word = name.text
        if word == "type":
            return self.type_of(name)
        if word not in FUNCTIONS:
            if word in RESERVED and word.lower() not in _CALLS:
                raise ExpressionError(_reserved(word), name.offset)
            hint = _CALLS.get(word.lower()) or did_you_mean(word, FUNCTIONS, "function")
            if hint.startswith("valid"):
                hint = f"write {word} * (...) for a product; {hint}"
            raise ExpressionError(f"{word} is not a function; {hint}", name.offset)
        opening = self.take()
        arguments: list[Node] = []
        if not self.sees(")"):
            arguments.append(self.nested(opening, Rank.OR))
            while self.sees(","):
                self.take()
                arguments.append(self.nested(opening, Rank.OR))
        self.close(opening, word)
        row, given = FUNCTIONS[word], len(arguments)
        if given < row.least or (row.most is not None and given > row.most):
            wanted = f"{row.least} or more" if row.most is None else str(row.least)
            plural = "" if wanted == "1" else "s"
            raise ExpressionError(
                f"{word} takes {wanted} argument{plural}, and {given} stand here: {row.form}", name.offset
            )
        if word == "where":
            return Choice(*arguments)
        return Operation(word, tuple(arguments))

    def type_of(self, name: Token) -> Node:
        """`type(ACTOR, TYPE)`, whose arguments are names and no expressions."""
        opening, given = self.take(), list[str]()
        while self.next.kind == "name":
            given.append(self.take().text)
            if not self.sees(","):
                break
            self.take()
        if self.next.kind == "end":
            self.close(opening, name.text)
        if len(given) != 2 or not self.sees(")"):
            raise ExpressionError(
                "type takes the names of an actor and of one of its types: type(ACTOR, TYPE)", name.offset
            )
        self.take()
        return type_of(*given)

    def close(self, opening: Token, function: str) -> None:
        token = self.next
        if self.sees(")"):
            self.take()
            return
        if token.kind == "end":
            hint = _QUOTES if function else ""
            after = f" of {function}" if function else ""
            raise ExpressionError(f"the parenthesis ({after} is never closed{hint}", opening.offset)
        raise self.unexpected(token)

    def missing(self, token: Token) -> ExpressionError:
        """The fault of a token that stands where a value is needed."""
        if token.kind == "end":
            last = self.tokens[-2]
            return ExpressionError(f"a value is missing after {last.text}", token.offset)
        if self.at >= 2:
            previous = self.tokens[self.at - 2].text
            return ExpressionError(f"a value is missing between {previous} and {token.text}", token.offset)
        return ExpressionError(f"a value is missing before {token.text}", token.offset)

    def unexpected(self, token: Token) -> ExpressionError:
        """The fault of a token that stands where an operator is needed."""
        previous = self.tokens[self.at - 1]
        if token.text == ",":
            return ExpressionError(
                "a comma stands only between the arguments of a function; write decimals with a point: 0.5",
                token.offset,
            )
        if token.text == ")":
            return ExpressionError(f"the parenthesis ) was never opened{_QUOTES}", token.offset)
        if token.text in RESERVED and token.text not in FUNCTIONS and token.text != "not":
            return ExpressionError(_reserved(token.text), token.offset)
        return ExpressionError(
            f"an operator is missing between {previous.text} and {token.text}", token.offset
        )


def _reserved(word: str) -> str:
    low = word.lower()
    if low in ("and", "or", "not"):
        return f"{word} in this place is not understood: write {low}"
    return f"{word} is not part of an expression: {_WORDS[low]}"


def _signed(sign: str, operand: Node) -> Node:
    if sign == "+":
        return operand
    if isinstance(operand, Number) and math.copysign(1.0, operand.value) > 0:
        # A negative constant is one number; the minus of -2 ** 2 stands outside its power.
        return Number(-operand.value)
    return Operation("negate", (operand,))
