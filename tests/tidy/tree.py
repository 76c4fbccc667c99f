"""The tree that tidy judges: its files in order, read once, and what a violation looks like."""
import collections
import os

Violation = collections.namedtuple("Violation", "path line rule what")

SOURCE_FOLDERS = ("events", "actors", "netmesh", "runtime", "tools", "tests")


class Tree:
    """Files below `root`, as paths relative to it with '/', sorted. Build trees, .git and caches are not ours."""

    def __init__(self, root):
        self.root = root
        self.files = sorted(self._walk())
        self._texts = {}

    def _walk(self):
        for folder, names, files in os.walk(self.root):
            top = folder == self.root
            names[:] = [n for n in names if n not in (".git", "__pycache__") and not (top and n.startswith("build"))]
            for name in files:
                if not name.endswith(".pyc"):
                    yield os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")

    def top_level(self):
        return sorted(name for name in os.listdir(self.root) if not name.startswith("build"))

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def lines(self, path):
        return self.text(path).split("\n")

    def sources(self, *endings):
        return [p for p in self.files if p.split("/")[0] in SOURCE_FOLDERS and p.endswith(endings)
                and not p.startswith("tests/data/")]

    def cpp(self):
        return self.sources(".h", ".cpp")
