#!/usr/bin/env python3
"""tidy: holds what the compiler does not. Prints one line a violation: path:line: rule: what to do.

usage: tidy.py [--rewrite] [ROOT]     --rewrite notes new protobuf fields in tests/data/golden/proto-numbers.txt

Ends with status 1 if there is any violation. The rules are in rules_*.py, one function each.
"""
import json
import os
import sys

sys.dont_write_bytecode = True

import rules_layout
import rules_proto
import rules_text
from tree import Tree

RULES = rules_layout.RULES + rules_text.RULES + rules_proto.RULES


def violations(root, outcomes=None):
    """All violations, in the order of the rules. Notes in `outcomes` which rules are kept."""
    tree, found = Tree(root), []
    for rule in RULES:
        broken = list(rule(tree))
        found += broken
        if outcomes is not None:
            outcomes[rule.__name__] = "failed" if broken else "passed"
    return found


def note(outcomes):
    """For tools/check."""
    folder = os.environ.get("SKEIN_RESULTS")
    if folder:
        with open(os.path.join(folder, "tidy.json"), "w", encoding="utf-8") as file:
            json.dump(outcomes, file)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--rewrite"]
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    if "--rewrite" in sys.argv[1:]:
        rules_proto.rewrite(Tree(root))
    outcomes = {}
    found = violations(root, outcomes)
    note(outcomes)
    for violation in found:
        print("%s:%d: %s: %s" % violation)
    print("tidy: %d rules, %d violations" % (len(RULES), len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
