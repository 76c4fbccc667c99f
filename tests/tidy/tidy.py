#!/usr/bin/env python3
"""tidy: holds what the compiler does not. Prints one line a violation: path:line: rule: what to do.

usage: tidy.py [--rewrite] [ROOT]     --rewrite notes new protobuf fields in tests/data/golden/proto-numbers.txt

Ends with status 1 if there is any violation. The rules are in rules_*.py, one function each.
"""
import os
import sys

sys.dont_write_bytecode = True

import rules_layout
import rules_proto
import rules_text
from tree import Tree

RULES = rules_layout.RULES + rules_text.RULES + rules_proto.RULES


def violations(root):
    tree = Tree(root)
    return [violation for rule in RULES for violation in rule(tree)]


def main():
    arguments = [a for a in sys.argv[1:] if a != "--rewrite"]
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    if "--rewrite" in sys.argv[1:]:
        rules_proto.rewrite(Tree(root))
    found = violations(root)
    for violation in found:
        print("%s:%d: %s: %s" % violation)
    print("tidy: %d rules, %d violations" % (len(RULES), len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
