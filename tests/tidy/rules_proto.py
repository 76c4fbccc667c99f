"""The protobuf schema is append-only: a number once written means the same for ever.

tests/data/golden/proto-numbers.txt lists every field of events/proto as `Message number type name`. `--rewrite` adds
new fields to it; it never forgets one. A field that went must stay behind as `reserved`.
"""
import os

from source_text import proto_fields
from tree import Violation

GOLDEN = "tests/data/golden/proto-numbers.txt"
FOLDER = "events/proto/"


def append_only(tree):
    """No number of the golden list changed its meaning; no new one is missing there."""
    golden = _golden(tree)
    known, reserved, where = _schema(tree)
    for (message, number), (line, kind, name) in sorted(golden.items()):
        now = known.get((message, number))
        label = "%s %d" % (message, number)
        if now is None:
            if number not in reserved.get(message, ()):
                yield Violation(GOLDEN, line, "proto-numbers", "%s (%s) is gone; keep it as reserved" % (label, name))
        elif now[0] != kind:
            what = "%s was %s, is %s; take a new number" % (label, kind, now[0])
            yield Violation(where[message], 1, "proto-numbers", what)
        elif now[1] != name:
            what = "%s was %s; run tidy.py --rewrite if only the name changed" % (label, name)
            yield Violation(where[message], 1, "proto-numbers", what)
    for message, number in sorted(set(known) - set(golden)):
        yield Violation(where[message], 1, "proto-numbers", "%s %d is new; run tidy.py --rewrite" % (message, number))


def rewrite(tree):
    """Notes new fields and new names. Lines of fields that went or changed type stay, so the rule still sees them."""
    golden = {key: (kind, name) for key, (_, kind, name) in _golden(tree).items()}
    for key, (kind, name) in _schema(tree)[0].items():
        if golden.get(key, (kind,))[0] == kind:
            golden[key] = (kind, name)
    lines = ["%s %d %s %s\n" % (message, number, kind.replace(" ", "_"), name)
             for (message, number), (kind, name) in sorted(golden.items())]
    path = os.path.join(tree.root, GOLDEN)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)
    tree.__init__(tree.root)


def _schema(tree):
    known, reserved, where = {}, {}, {}
    for path in tree.files:
        if path.startswith(FOLDER) and path.endswith(".proto"):
            fields, kept = proto_fields(tree.text(path))
            known.update(fields)
            reserved.update(kept)
            where.update({message: path for message, _ in fields})
    return known, reserved, where


def _golden(tree):
    if GOLDEN not in tree.files:
        return {}
    found = {}
    for line, text in enumerate(tree.lines(GOLDEN), 1):
        if text:
            message, number, kind, name = text.split(" ")
            if kind.startswith(("repeated_", "optional_")):
                kind = kind.replace("_", " ", 1)
            found[message, int(number)] = (line, kind, name)
    return found


RULES = [append_only]
