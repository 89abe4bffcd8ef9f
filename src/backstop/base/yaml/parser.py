"""ruamel.yaml's pure Python parser with its busiest steps shortened: the same events, marks and errors in less time."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner


class _Reader(Reader):
    def forward(self, length: int = 1) -> None:
        if self.pointer + length + 1 >= len(self.buffer):
            self.update(length + 1)
        piece = self.buffer[self.pointer : self.pointer + length]
        if len(piece) == length and piece.isascii() and "\n" not in piece and "\r" not in piece:
            self.pointer += length
            self.index += length
            self.column += length
        else:
            super().forward(length)


class _Scanner(Scanner):
    # What the base class looks up anew at every step.
    reader: Any = None

    def __init__(self, loader: Any = None) -> None:
        self.reader = loader.reader
        super().__init__(loader)

    def need_more_tokens(self) -> bool:
        if self.done:
            return False
        if not self.tokens:
            return True
        if not self.possible_simple_keys:
            return False
        self.stale_possible_simple_keys()
        return bool(self.next_possible_simple_key() == self.tokens_taken)

    def check_token(self, *choices: Any) -> bool:
        while self.need_more_tokens():
            self.fetch_more_tokens()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def stale_possible_simple_keys(self) -> None:
        reader = self.reader
        for key in self.possible_simple_keys.values():
            if key.line != reader.line or reader.index - key.index > 1024:
                super().stale_possible_simple_keys()
                return


class _Parser(Parser):
    scanner: Any = None

    def __init__(self, loader: Any) -> None:
        self.scanner = loader.scanner
        super().__init__(loader)


def parser() -> YAML:
    """A reader of YAML 1.2 whose `parse` gives the events of a text."""
    made = YAML(typ="safe", pure=True)
    made.Reader, made.Scanner, made.Parser = _Reader, _Scanner, _Parser
    return made
