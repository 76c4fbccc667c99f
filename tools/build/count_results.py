#!/usr/bin/env python3
"""Adds up what the tests noted in a folder. Prints the failures and skips, then `N passed, N failed, N skipped`.

ctest.xml says how each test program ended; <program>.json holds its cases: GoogleTest's own format, or {case: outcome}
as tests/support/cases.py writes it. A program that noted nothing (it crashed, ran out of time, was not built) counts as
one; so does one that failed although all its cases passed. Status 1: something failed; or was skipped and CI is "true";
or nothing passed.
"""
import json
import os
import sys
import xml.etree.ElementTree


def programs(folder):
    """-> {name: "passed", "failed" or "skipped"} as ctest saw them."""
    found = {}
    for case in xml.etree.ElementTree.parse(os.path.join(folder, "ctest.xml")).getroot().iter("testcase"):
        status = case.get("status")
        found[case.get("name")] = {"run": "passed", "disabled": "skipped", "notrun": "failed"}.get(status, "failed")
    return found


def cases(path):
    """-> {case: outcome}; empty if there is no such file or it was cut short."""
    try:
        with open(path, encoding="utf-8") as file:
            noted = json.load(file)
    except (OSError, ValueError):
        return {}
    if "testsuites" not in noted:
        return noted
    outcomes = {}
    for suite in noted["testsuites"]:
        for case in suite["testsuite"]:
            skipped = case.get("result") in ("SKIPPED", "SUPPRESSED") or case.get("status") == "NOTRUN"
            outcome = "failed" if case.get("failures") else "skipped" if skipped else "passed"
            outcomes["%s.%s" % (case["classname"], case["name"])] = outcome
    return outcomes


def count(folder):
    """-> {(program, case): outcome}."""
    outcomes = {}
    for program, ended in programs(folder).items():
        noted = cases(os.path.join(folder, program + ".json"))
        outcomes.update({(program, case): outcome for case, outcome in noted.items()})
        if not noted or (ended == "failed" and "failed" not in noted.values()):
            outcomes[program, "(the program)"] = ended
    return outcomes


def main():
    outcomes = count(sys.argv[1])
    for wanted in ("skipped", "failed"):
        for (program, case), outcome in sorted(outcomes.items()):
            if outcome == wanted:
                print("%s: %s %s" % (outcome, program, case))
    number = {wanted: list(outcomes.values()).count(wanted) for wanted in ("passed", "failed", "skipped")}
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % number)
    strict = os.environ.get("CI") == "true"
    return 1 if number["failed"] or (strict and number["skipped"]) or not number["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
