"""Lexer for db/queries/**.sql: finds `:name` placeholders outside quotes and comments, drops comments, reads the
conditions of optional lines (` --? q_state`) and puts included blocks (`\\ir _name.sql`) in. Knows nothing of the contract."""
import re

# One alternative a token; the first that matches wins. `dollar` and `comment` are finished by hand below.
TOKEN = re.compile(r"""
    (?P<line_comment>--[^\n]*)
  | (?P<meta>\\[^\n]*)
  | (?P<block>/\*)
  | (?P<estring>(?<![A-Za-z0-9_$])[eE]'(?:[^'\\]|\\.|'')*')
  | (?P<string>'(?:[^']|'')*')
  | (?P<ident>"(?:[^"]|"")*")
  | (?P<dollar>(?<![A-Za-z0-9_$])\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$)
  | (?P<number>(?<![A-Za-z0-9_$])\$[0-9]+)
  | (?P<cast>::|:=)
  | (?P<name>:[A-Za-z_][A-Za-z0-9_]*)
  | (?P<word>[A-Za-z0-9_][A-Za-z0-9_$]*)
  | (?P<space>[ \t\r]+)
  | (?P<newline>\n)
  | (?P<other>.)
""", re.X | re.S)
INCLUDE = re.compile(r"\\ir[ \t]+(_[A-Za-z0-9_]+\.sql)[ \t\r]*$")
CONDITION = re.compile(r"--\?\s*(!?)([A-Za-z_-][A-Za-z0-9_-]*)\s*$")


class SqlFault(Exception):
    """A fault of one SQL file; says `path:line: what`."""


class Line:
    """Pieces of one line: (text, None) or (None, placeholder name); `when` is (negated, name) or None."""

    def __init__(self, path, number):
        self.path, self.number, self.pieces, self.when = path, number, [], None

    @property
    def where(self):
        return f"{self.path}:{self.number}"

    def add(self, text):
        if self.pieces and self.pieces[-1][1] is None:
            if text == " " == self.pieces[-1][0][-1:]:
                return
            self.pieces[-1] = (self.pieces[-1][0] + text, None)
        else:
            self.pieces.append((text, None))

    def empty(self):
        return all(name is None and not text.strip() for text, name in self.pieces)


def _end_of_block(text, at, where):
    """Block comments nest in PostgreSQL."""
    depth = 0
    for m in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if m.group() == "/*" else -1
        if depth == 0:
            return m.end()
    raise SqlFault(f"{where}: comment is not closed")


def _include(piece, line, where, read):
    """The lines of the file that `\\ir _name.sql` names. They stand where the command stood and keep their own places."""
    named = INCLUDE.match(piece)
    if not named or not line.empty():
        raise SqlFault(f"{where}: {piece.strip()}: only `\\ir _name.sql` (same folder), alone on its line")
    if read is None:
        raise SqlFault(f"{where}: {piece.strip()}: an included file includes no other")
    path, text = read(named.group(1), where)
    return lex(text, path, part=True)


def lex(text, path, numbers=False, read=None, part=False):
    """Split SQL into Lines. numbers: `$1` is allowed (auth.sql has no contract to name its parameters).
    read(name, where) -> (path shown, text) of an included file; without it none may be included. part: this is one."""
    lines, line, at, number, spread, ended = [], Line(path, 1), 0, 1, False, False
    while at < len(text):
        m = TOKEN.match(text, at)
        kind, piece, where = m.lastgroup, m.group(), f"{path}:{number}"
        end = m.end()
        if kind == "dollar":
            close = text.find(piece, end)
            if close < 0:
                raise SqlFault(f"{where}: {piece} is not closed")
            end = close + len(piece)
            piece = text[at:end]
        elif kind == "block":
            end = _end_of_block(text, at, where)
        elif kind == "other" and piece in "'\"":
            raise SqlFault(f"{where}: quote {piece} is not closed")
        elif kind == "number" and not numbers:
            raise SqlFault(f"{where}: {piece}: name parameters as `:path_id`, `:q_state`, `:body` …")
        elif ended and kind not in ("space", "newline", "line_comment", "block"):
            raise SqlFault(f"{where}: a file holds one statement")
        newlines = text.count("\n", at, end)

        if kind == "newline":
            lines.append(line)
            number += 1
            line, spread = Line(path, number), False
        elif kind == "name":
            line.pieces.append((None, piece[1:]))
        elif kind == "line_comment":
            if piece.startswith("--?"):
                c = CONDITION.match(piece)
                if not c:
                    raise SqlFault(f"{where}: {piece.strip()}: an optional line ends with `--? name` or `--? !name`")
                if spread or line.empty():
                    raise SqlFault(f"{where}: {piece.strip()}: an optional line holds whole SQL tokens of its own")
                line.when = (c.group(1) == "!", c.group(2))
        elif kind == "meta":
            lines += _include(piece, line, where, read)
        elif piece == ";":
            if part:
                raise SqlFault(f"{where}: `;` in a part of a statement")
            ended = True
        else:
            line.add(" " if kind in ("block", "space") else piece)
            if newlines:
                number += newlines
                spread = True
        at = end
    lines.append(line)
    return [one for one in lines if not one.empty()]


def trim(lines):
    """Strip the blanks around each line, so that the tables hold no indentation."""
    for line in lines:
        first, last = line.pieces[0], line.pieces[-1]
        if first[1] is None:
            line.pieces[0] = (first[0].lstrip(" "), None)
        if last[1] is None:
            line.pieces[-1] = (line.pieces[-1][0].rstrip(" "), None)
        line.add("\n")
    return lines


def plain(path, shown, takes):
    """The text of one of the engine's own statements, whose parameters the engine knows: no placeholder has a name, no line is optional."""
    if not path.is_file():
        raise SqlFault(f"{shown} does not exist")
    lines = trim(lex(path.read_text(encoding="utf-8"), shown, numbers=True))
    for line in lines:
        if line.when or any(place for _, place in line.pieces):
            raise SqlFault(f"{line.where}: takes {takes} only")
    return "".join(text for line in lines for text, _ in line.pieces)
