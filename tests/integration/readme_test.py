"""Types what the documents show: every `console` block, in order, against a daemon that tools/quickstart started.

A line that begins with "$ " is a command; the lines up to the next one are what it prints. "..." stands for any text,
and alone on a line for any lines. Runs of blanks are one blank. Commands of one document share a shell. Only paths are
replaced, because a test keeps its own roots; blocks marked `text` are not typed.
"""
import os
import re
import shlex
import subprocess
import unittest

from lab import BUILD, REPOSITORY, Lab


def console_commands(path):
    """-> [(command, [expected lines])]."""
    with open(os.path.join(REPOSITORY, path), encoding="utf-8") as file:
        blocks = re.findall(r"^```console\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
    commands = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    return commands


def pattern(lines):
    text = ""
    for line in lines:
        words = [re.escape(word).replace(r"\.\.\.", ".*") for word in line.split()]
        text += r"(?:[^\n]*\n)*?" if words == [".*"] else r"[ \t]*" + r"[ \t]+".join(words) + r"[ \t]*\n"
    return re.compile(r"\A%s\Z" % text)


class DocumentTest(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.clean)
        self.node = self.lab.daemon("tour")
        self.node.data_root = self.node.exec_root + "/data"  # as --root lays things out
        self.node.cgroup = "/skein-" + os.path.basename(self.node.exec_root)
        self.paths = [("unix:///run/skein", "unix://%s/run" % self.node.exec_root),
                      ("/run/skein", self.node.exec_root + "/run"), ("/var/lib/skein", self.node.data_root),
                      ("tools/quickstart", "tools/quickstart --no-install --no-build --root " + self.node.exec_root),
                      ("build/bin", BUILD + "/bin")]

    def quickstart(self, *arguments):
        return self.inside([os.path.join(REPOSITORY, "tools/quickstart"), "--no-install", "--no-build", "--root",
                            self.node.exec_root] + list(arguments))

    def inside(self, command):
        environment = dict(os.environ, SKEIN_BUILD=BUILD, DOCKER_CONFIG=self.node.home)
        with open(os.path.join(self.node.home, "out"), "w+", encoding="utf-8") as out:  # a pipe would outlive the shell
            done = subprocess.run(["nsenter", "--net=/run/netns/" + self.node.netns] + command, cwd=REPOSITORY,
                                  env=environment, stdout=out, stderr=subprocess.STDOUT, timeout=120, check=False)
            out.seek(0)
            text = out.read()
        self.assertEqual(done.returncode, 0, text)
        return text

    def end(self):
        """Whatever happened, the daemon that quickstart left behind ends by its pid file."""
        try:
            with open(self.node.exec_root + "/run/skeind.pid", encoding="ascii") as file:
                os.kill(int(file.read()), 9)
        except (OSError, ValueError):
            pass

    def type(self, document):
        self.addCleanup(self.end)
        self.assertIn("Hostname: ", self.quickstart())
        commands = console_commands(document)
        self.assertGreater(len(commands), 3)
        script = "set -m\n"
        for number, (command, _) in enumerate(commands):
            script += "{ %s\n} >%s 2>&1 || { echo %s; exit 1; }\n" % (
                self.own(command), self.output(number), shlex.quote("failed: " + command))
        try:
            self.inside(["bash", "-c", script])
        finally:
            self.show(commands)
        for number, (command, expected) in enumerate(commands):
            with self.subTest(command):
                self.assertRegex(self.printed(number), pattern([self.own(line) for line in expected]))

    def own(self, text):
        for path, own in self.paths:
            text = text.replace(path, own)
        return text

    def output(self, number):
        return os.path.join(self.node.home, "out.%d" % number)

    def printed(self, number):
        with open(self.output(number), encoding="utf-8") as file:
            text = file.read()
        return text if text.endswith("\n") or not text else text + "\n"

    def show(self, commands):
        for number, (command, _) in enumerate(commands):
            if os.path.exists(self.output(number)):
                print("$ %s\n%s" % (command, self.printed(number)), end="")

    def test_the_tour_of_the_readme(self):
        self.type("README.md")
        self.quickstart("--stop")
        self.assertEqual(self.node.mounts(), [])

    def test_the_operations_manual(self):
        self.type("docs/operations.md")
        self.quickstart("--stop")
