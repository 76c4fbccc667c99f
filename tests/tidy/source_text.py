"""What tidy knows of C++ and protobuf text: where the comments and strings are, where functions begin and end.

Is: a scanner good enough for this tree's own style. Is not: a parser; templates and macros are seen as text.
"""
import bisect
import re

_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL)
_NOT_FUNCTIONS = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_CONTROL = re.compile(r"\b(if|for|while|switch|catch|else|do|try|return)\b")


def blank(text, keep_comments=False):
    """The text with comments and the insides of strings turned to spaces; lines and columns stay."""
    def replace(match):
        token = match.group(0)
        if token.startswith(("//", "/*")):
            return token if keep_comments else re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]
    return _TOKENS.sub(replace, text)


def comments(text):
    return [match.group(0) for match in _TOKENS.finditer(text) if match.group(0).startswith(("//", "/*"))]


def line_index(text):
    """-> a function from offset to line number."""
    starts = [match.start() for match in re.finditer(r"\n", text)]
    return lambda offset: bisect.bisect_left(starts, offset) + 1


def functions(text):
    """Yields (first line, last line) of each outermost function body. `text` has been blanked."""
    line_of = line_index(text)
    outside, begin, depth, head = [], 0, 0, 0  # `outside`: braces of namespaces and classes around us
    for match in re.finditer(r"[{};]", text):
        at, mark = match.start(), match.group(0)
        if depth == 0 and mark == "{":
            lead = text[head:at]
            if ")" in lead and not _NOT_FUNCTIONS.search(lead.split("(")[0]):
                begin, depth = _first_word(text, head), 1
            else:
                outside.append(mark)
        elif depth == 0 and mark == "}":
            if outside:
                outside.pop()
        elif depth > 0 and mark != ";":
            depth += 1 if mark == "{" else -1
            if depth == 0:
                yield line_of(begin), line_of(at)
        if depth == 0:
            head = at + 1


def _first_word(text, at):
    return at + len(text[at:]) - len(text[at:].lstrip())


def parameter_counts(text):
    """Yields (line, count) for each function that is defined or declared at namespace or class level."""
    line_of = line_index(text)
    for match in re.finditer(r"^ {0,2}[\w:~\[][\w:<>,&*~\[\] ]*[ &*][\w:~]+\(", text, re.MULTILINE):
        lead = match.group(0)
        if _CONTROL.search(lead):
            continue
        inside = _balanced(text, match.end())
        if inside is not None and inside.strip() and not re.search(r"[{}]", inside.split("=")[0]):
            yield line_of(match.start() + len(lead) - len(lead.lstrip())), _top_level_commas(inside) + 1


def _balanced(text, start):
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at]
    return None


def _top_level_commas(inside):
    depth = commas = 0
    for char in inside:
        depth += 1 if char in "(<[{" else -1 if char in ")>]}" else 0
        commas += char == "," and depth == 0
    return commas


def proto_fields(text):
    """-> ({(message, number): (type, name)}, {message: set of reserved numbers}). Enum values have type "enum"."""
    fields, reserved, stack = {}, {}, []
    for statement in re.findall(r"[^{};]+[{;]|\}", re.sub(r"//[^\n]*", "", text)):
        statement = " ".join(statement.split())
        opening = re.search(r"\b(message|enum|oneof|service) (\w+) ?\{$", statement)
        if opening:
            stack.append((opening.group(1), opening.group(2)))
        elif statement == "}":
            if stack:
                stack.pop()
        elif statement.endswith("{"):
            stack.append(("rpc", ""))
        else:
            _take_statement(statement, stack, fields, reserved)
    return fields, reserved


def _take_statement(statement, stack, fields, reserved):
    message = ".".join(name for kind, name in stack if kind in ("message", "enum"))
    if statement.startswith("reserved "):
        reserved.setdefault(message, set()).update(_numbers(statement[len("reserved "):-1]))
        return
    field = re.match(r"((?:repeated |optional )?(?:map ?<[^>]*>|[\w.]+)) (\w+) ?= ?(\d+)", statement)
    if field and message:
        fields[message, int(field.group(3))] = (field.group(1), field.group(2))
        return
    value = re.match(r"(\w+) ?= ?(-?\d+)", statement)
    if value and stack and stack[-1][0] == "enum":
        fields[message, int(value.group(2))] = ("enum", value.group(1))


def _numbers(text):
    numbers = set()
    for piece in text.split(","):
        ends = re.findall(r"\d+", piece) if '"' not in piece else []
        if ends:
            numbers.update(range(int(ends[0]), int(ends[-1]) + 1))
    return numbers
