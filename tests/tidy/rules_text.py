"""Rules about what a file says: sizes, comments, banned calls and words."""
import re

from source_text import blank, comments, functions, parameter_counts
from tree import Violation

MAX_FILE, MAX_HEADER, MAX_FUNCTION, MAX_COLUMNS, MAX_PARAMETERS = 500, 250, 60, 120, 5

# Where the same input must give the same output on every machine.
DETERMINISTIC = ("events/", "actors/plan/", "netmesh/plan", "netmesh/allocate.", "netmesh/rules.")
MAY_TOUCH_DISK = ("events/base/check.cpp", "events/store/")
BANNED_CALLS = [
    ("take the time from the caller", r"_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\btime\((NULL|nullptr|0)\)"),
    ("take chance from an Rng", r"\brandom_device\b|\bs?rand\(|\bmt19937|\bgetrandom\b|\bRAND_bytes\b"),
    ("no threads here", r"\bstd::(jthread|thread|async)\b|\bpthread_create\b"),
    ("nothing waits here", r"\bsleep(_for|_until)?\(|\bu?sleep\(|\bnanosleep\b"),
    ("configuration comes in as arguments", r"\bgetenv\b|\bsetlocale\b|\bstd::locale\b"),
]
# Sealing draws nonces and keys; that is what it is for.
MAY_DRAW = ("events/store/sealing.cpp", "events/store/data_key.cpp", "events/store/lmdb_payloads.cpp")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
TEXT_FILES = (".h", ".cpp", ".py", ".proto", ".cmake", "CMakeLists.txt")


def deterministic_folders(tree):
    """No clocks, chance, threads, waiting or environment where decisions are made."""
    for path in tree.cpp():
        if not path.startswith(DETERMINISTIC) or path == "events/base/check.cpp":
            continue
        for number, line in enumerate(blank(tree.text(path)).split("\n"), 1):
            for what, pattern in BANNED_CALLS:
                if re.search(pattern, line) and not (path in MAY_DRAW and "Rng" in what):
                    yield Violation(path, number, "banned-call", what)


def unordered_is_for_look_up(tree):
    """An unordered container may not decide an order; its file says that it is for look-up only."""
    for path in tree.cpp():
        if not path.startswith(DETERMINISTIC):
            continue
        said = any("look-up only" in " ".join(c.split()) for c in _comment_blocks(tree.text(path)))
        for number, line in enumerate(blank(tree.text(path)).split("\n"), 1):
            if "std::unordered_" in line and not said:
                yield Violation(path, number, "unordered", 'use an ordered container, or note "for look-up only"')


def sizes(tree):
    """Files, headers and lines stay small enough to read."""
    for path in tree.sources(*TEXT_FILES):
        lines = tree.lines(path)
        limit = MAX_HEADER if path.endswith(".h") else MAX_FILE
        if len(lines) - 1 > limit:
            yield Violation(path, limit + 1, "file-size", "%d lines; split it (limit %d)" % (len(lines) - 1, limit))
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS:
                yield Violation(path, number, "line-length", "%d columns; limit %d" % (len(line), MAX_COLUMNS))


def function_sizes(tree):
    """A function fits on one screen and takes no more arguments than one can keep in mind."""
    for path in tree.cpp():
        text = blank(tree.text(path))
        for first, last in functions(text):
            if last - first + 1 > MAX_FUNCTION:
                what = "%d lines; split it (limit %d)" % (last - first + 1, MAX_FUNCTION)
                yield Violation(path, first, "function-size", what)
        if path.startswith("tests/"):
            continue  # a test may spell out a whole message
        for line, count in parameter_counts(text):
            if count > MAX_PARAMETERS:
                what = "%d parameters; group them (limit %d)" % (count, MAX_PARAMETERS)
                yield Violation(path, line, "parameters", what)


def header_comment(tree):
    """A header opens by saying what it is and is compiled once."""
    for path in tree.sources(".h"):
        lines = tree.lines(path)
        if not re.match(r"// \S.{15}", lines[0]):
            yield Violation(path, 1, "header-comment", "open with a comment: what it is, is not, invariants, threads")
        if "#pragma once" not in lines:
            yield Violation(path, 1, "pragma-once", "add #pragma once")


def finished(tree):
    """Nothing is left for later, and no test is switched off."""
    for path in tree.sources(*TEXT_FILES):
        if path.startswith("tests/tidy/"):
            continue
        text = tree.text(path)
        for number, line in enumerate(blank(text, keep_comments=True).split("\n"), 1):
            if UNFINISHED.search(line):
                yield Violation(path, number, "unfinished", "finish it or open an issue")
            if re.search(r"\bDISABLED_", line):
                yield Violation(path, number, "disabled-test", "a test runs or is removed")
            if re.search(r"\bGTEST_SKIP\(\)\s*;", line):
                yield Violation(path, number, "silent-skip", "say why: GTEST_SKIP() << reason")


def _comment_blocks(text):
    """Comments, with runs of // lines joined to one."""
    block = []
    for comment in comments(text):
        block.append(comment.lstrip("/ "))
    return [" ".join(block)]


RULES = [deterministic_folders, unordered_is_for_look_up, sizes, function_sizes, header_comment, finished]
