"""Tests the adding up at the end of tools/check: nothing that failed may be counted as passed, or not at all."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "build", "count_results.py")


def gtest(**outcomes):
    words = {"passed": {"status": "RUN", "result": "COMPLETED"}, "skipped": {"status": "RUN", "result": "SKIPPED"},
             "failed": {"status": "RUN", "result": "COMPLETED", "failures": [{"failure": "1 is not 2"}]},
             "disabled": {"status": "NOTRUN", "result": "SUPPRESSED"}}
    tests = [dict(words[outcome], name=name, classname="A") for name, outcome in outcomes.items()]
    return {"tests": len(tests), "testsuites": [{"name": "A", "testsuite": tests}]}


class CountResultsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="skein-results-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.ended = {}

    def program(self, name, ended="run", noted=None):
        self.ended[name] = ended
        if noted is not None:
            with open(os.path.join(self.folder, name + ".json"), "w", encoding="utf-8") as file:
                file.write(noted if isinstance(noted, str) else json.dumps(noted))

    def count(self, **environment):
        with open(os.path.join(self.folder, "ctest.xml"), "w", encoding="utf-8") as file:
            file.write("<testsuite>%s</testsuite>" % "".join(
                '<testcase name="%s" status="%s"/>' % item for item in self.ended.items()))
        clean = {name: value for name, value in os.environ.items() if name != "CI"}
        done = subprocess.run([sys.executable, "-B", SCRIPT, self.folder], env=dict(clean, **environment),
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()[-1] if done.stdout else done.stderr

    def test_single_cases_are_counted(self):
        self.program("a", "run", gtest(x="passed", y="passed"))
        self.program("b", "run", {"z": "passed"})
        self.assertEqual(self.count(), (0, "3 passed, 0 failed, 0 skipped"))

    def test_a_failed_case_fails_the_whole(self):
        self.program("a", "fail", gtest(x="passed", y="failed"))
        self.assertEqual(self.count(), (1, "1 passed, 1 failed, 0 skipped"))

    def test_a_program_that_noted_nothing_counts_as_one(self):
        self.program("crashed", "fail")
        self.program("cut", "fail", "{")
        self.program("absent", "notrun")
        self.program("silent", "run")
        self.assertEqual(self.count(), (1, "1 passed, 3 failed, 0 skipped"))

    def test_a_program_that_failed_after_its_cases_passed_is_a_failure(self):
        self.program("leaks", "fail", gtest(x="passed"))
        self.assertEqual(self.count(), (1, "1 passed, 1 failed, 0 skipped"))

    def test_skips_are_counted_and_forbidden_in_ci(self):
        self.program("a", "run", gtest(x="passed", y="skipped", z="disabled"))
        self.program("b", "run", {"t": "skipped"})
        self.assertEqual(self.count(), (0, "1 passed, 0 failed, 3 skipped"))
        self.assertEqual(self.count(CI="true"), (1, "1 passed, 0 failed, 3 skipped"))

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(self.count(), (1, "0 passed, 0 failed, 0 skipped"))
