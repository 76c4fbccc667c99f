"""Rules about where things are and who may see whom: the table of docs/architecture.md section 1."""
import posixpath
import re

from rules_proto import GOLDEN
from source_text import blank
from tree import Violation

TOP_LEVEL = {"CMakeLists.txt", "README.md", "events", "actors", "netmesh", "runtime", "tools", "tests", "docs"}
BANNED_NAME_WORDS = ("helper", "util", "utils", "manager", "misc", "common")

BASE = ["events/base"]
WIRE = BASE + ["events/proto"]
DOMAIN = WIRE + ["events/domain"]
EVENTS = DOMAIN + ["events/store", "events/raft", "events/views"]
# folder -> the folders it may include besides itself. A folder that is not here may not hold sources.
MAY_INCLUDE = {
    "events/base": [],
    "events/proto": [],
    "events/domain": WIRE,
    "events/store": WIRE,
    "events/raft": WIRE + ["events/store"],
    "events/views": DOMAIN,
    "actors/ports": EVENTS,
    "actors/plan": DOMAIN + ["events/views", "actors/ports"],
    "actors": EVENTS + ["actors/ports", "actors/plan"],
    "netmesh": WIRE + ["actors/ports"],
    "runtime/http": BASE,
    "runtime/identity": BASE,
    "runtime/images": BASE,
    "runtime/containers": WIRE + ["actors/ports", "runtime/images"],
    "runtime/api": EVENTS + ["actors/ports", "runtime/http", "runtime/images", "runtime/containers"],
    "runtime/control": EVENTS + ["actors/ports", "runtime/http", "runtime/images", "runtime/containers", "runtime/api"],
    "runtime/wire": EVENTS + ["actors/ports", "runtime/identity"],
}
SEE_ALL_BELOW = ("runtime/node", "tools", "tests")

# path prefix -> outside headers that may not be included there, and why
CAF = (r"caf/", "CAF lives in actors/ only")
WORLD = (r"sys/socket\.h|netinet/|arpa/|curl/|boost/|grpc|netlink/|nftables/|spdlog/|nlohmann/",
         "no sockets, wires or logging here: results say it all")
THREADS = (r"thread$|mutex$|condition_variable$|future$|pthread\.h|chrono$|ctime$|random$",
           "no threads, clocks or chance here: they come in as arguments")
BANNED_HEADERS = [
    ("events/", [CAF, WORLD]),
    ("events/base/", [THREADS]),
    ("events/domain/", [THREADS]),
    ("events/raft/", [THREADS]),
    ("events/views/", [THREADS]),
    ("actors/plan/", [CAF, WORLD, THREADS]),
    ("actors/ports/", [CAF, WORLD]),
    ("netmesh/", [CAF]),
    ("runtime/", [CAF]),
    ("tools/skein/", [CAF]),
]
# Pure functions that live in headers of the world: text of addresses, calendar arithmetic.
PURE_USE = {("events/domain/ip_prefix.cpp", "arpa/inet.h"), ("events/base/clock.cpp", "ctime")}
INCLUDE = re.compile(r'^\s*#include ([<"])([^">]+)[">]', re.MULTILINE)


def top_level_entries(tree):
    """Only the folders of the house and dotfiles stand at the top."""
    for name in tree.top_level():
        if name not in TOP_LEVEL and not name.startswith("."):
            yield Violation(name, 1, "top-level", "move it into one of the folders of docs/architecture.md")


def folder_includes(tree):
    """Includes point down the table; tests and main files may see everything below them."""
    for path in tree.cpp():
        folder = posixpath.dirname(path)
        if folder.startswith(SEE_ALL_BELOW):
            continue
        if folder not in MAY_INCLUDE:
            yield Violation(path, 1, "folder-table", "give %s a row in tests/tidy/rules_layout.py" % folder)
            continue
        for line, quoted, name in _includes(tree, path):
            seen = posixpath.dirname(name)
            if quoted and seen != folder and seen not in MAY_INCLUDE[folder]:
                yield Violation(path, line, "folder-table", "%s may not include %s" % (folder, name))


def outside_headers(tree):
    """CAF, sockets, threads and clocks stay where they belong."""
    for path in tree.cpp():
        for prefix, groups in BANNED_HEADERS:
            if not path.startswith(prefix):
                continue
            for line, quoted, name in _includes(tree, path):
                for pattern, why in groups:
                    if not quoted and re.match(pattern, name) and (path, name) not in PURE_USE:
                        yield Violation(path, line, "outside-header", "<%s>: %s" % (name, why))


def include_paths(tree):
    """Own headers are named from the root of the repository, the own header first."""
    for path in tree.cpp():
        includes = list(_includes(tree, path))
        for line, quoted, name in includes:
            if quoted and not name.startswith(("events/", "actors/", "netmesh/", "runtime/", "tools/", "tests/")):
                yield Violation(path, line, "include-path", 'write the path of "%s" from the root' % name)
        own = path[:-4] + ".h" if path.endswith(".cpp") else None
        if own in tree.files and includes and includes[0][2] != own:
            yield Violation(path, includes[0][0], "own-header-first", 'include "%s" first' % own)


def file_names(tree):
    """Names are snake_case and say what is inside."""
    for path in tree.sources(".h", ".cpp", ".py", ".proto"):
        name = posixpath.basename(path).rsplit(".", 1)[0]
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield Violation(path, 1, "file-name", "use snake_case")
        for word in set(name.split("_")) & set(BANNED_NAME_WORDS):
            yield Violation(path, 1, "file-name", "'%s' says nothing; name what it does" % word)


def data_is_used(tree):
    """Every file under tests/data is read by a test: named there, or its folder is swept."""
    tests = [tree.text(p) for p in tree.sources(".cpp", ".h", ".py") if p.startswith("tests/")]
    text = "\n".join(tests)
    swept = set()
    for one in tests:
        if "directory_iterator" in one:
            swept.update(re.findall(r'SKEIN_TEST_DATA\W{0,5}/?\W{0,3}(\w+)"', one))
    for path in tree.files:
        if not path.startswith("tests/data/") or path == GOLDEN:
            continue
        parts = path.split("/")
        stem = parts[-1].rsplit(".", 1)[0]
        if parts[2] in swept or parts[-1] in text or re.search(r'[(,"]\s*"?%s"' % re.escape(stem), text):
            continue
        yield Violation(path, 1, "dead-data", "no test reads it; use it or remove it")


def _includes(tree, path):
    text = tree.text(path)
    code = blank(text)
    for match in INCLUDE.finditer(text):
        if code[match.start():match.end()].lstrip().startswith("#include"):
            yield text.count("\n", 0, match.start(1)) + 1, match.group(1) == '"', match.group(2)


RULES = [top_level_entries, folder_includes, outside_headers, include_paths, file_names, data_is_used]
