#!/usr/bin/env python3
"""Runs the unittest cases of one file and notes the outcome of each for tools/check.

usage: cases.py FILE [Case[.test]...]     SKEIN_RESULTS: folder to write FILE's outcomes to, as JSON
"""
import importlib
import json
import os
import sys
import time
import unittest


class _Noted(unittest.TextTestResult):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.outcomes = {}
        self.took = {}

    def startTest(self, test):
        super().startTest(test)
        self.outcomes[test.id()] = "passed"
        self.took[test.id()] = -time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        self.took[test.id()] += time.monotonic()

    def _note(self, test, outcome):
        self.outcomes[test.id()] = outcome

    def addError(self, test, err):
        super().addError(test, err)
        self._note(test, "failed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._note(test, "failed")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._note(test, "failed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._note(test, "skipped")


def note_outcomes(name, outcomes):
    """outcomes: {case: "passed", "failed" or "skipped"}."""
    folder = os.environ.get("SKEIN_RESULTS")
    if folder:
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(outcomes, file)


def main():
    path = os.path.abspath(sys.argv[1])
    name = os.path.splitext(os.path.basename(path))[0]
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(path))
    module = importlib.import_module(name)
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(sys.argv[2:], module) if sys.argv[2:] else loader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(resultclass=_Noted, verbosity=2).run(suite)
    for case, seconds in sorted(result.took.items(), key=lambda item: -item[1])[:5]:
        print("%6.1f s %s" % (seconds, case))
    note_outcomes(name, result.outcomes)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)


if __name__ == "__main__":
    main()
