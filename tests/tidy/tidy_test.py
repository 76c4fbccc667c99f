"""Tests tidy itself: each rule on a small tree that breaks it, and on one that does not."""
import os
import shutil
import tempfile
import unittest

import rules_proto
import source_text
import tidy
from tree import Tree

HEADER = "// Thing: what this header is for, and what not.\n#pragma once\n"


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="skein-tidy-")
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, path, text=""):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def rules(self):
        return sorted({v.rule for v in tidy.violations(self.root)})

    def only(self, path, line, rule):
        found = [(v.path, v.line, v.rule) for v in tidy.violations(self.root)]
        self.assertEqual(found, [(path, line, rule)])

    def broken_by(self, path, text, line, rule):
        self.write(path, text)
        self.only(path, line, rule)

    def fine(self, path, text):
        self.write(path, text)
        self.assertEqual(self.rules(), [])

    # ---- where things are ----

    def test_a_new_top_level_name_is_refused(self):
        self.write("scripts/run.sh")
        self.only("scripts", 1, "top-level")

    def test_dotfiles_and_build_trees_may_stand_at_the_top(self):
        self.write(".ci/run")
        self.write("build/events/x.h", "no comment")
        self.assertEqual(self.rules(), [])

    def test_includes_point_down(self):
        self.broken_by("events/domain/x.cpp", '#include "actors/ports/gateway.h"\n', 1, "folder-table")
        self.fine("events/domain/x.cpp", '#include "events/base/ids.h"\n')

    def test_netmesh_sees_only_the_ports_of_actors(self):
        self.broken_by("netmesh/x.cpp", '#include "actors/messages.h"\n', 1, "folder-table")
        self.fine("netmesh/x.cpp", '#include "actors/ports/network_plane.h"\n')

    def test_an_include_in_a_comment_does_not_count(self):
        self.fine("netmesh/x.cpp", '// #include "actors/messages.h"\n/*\n#include "actors/messages.h"\n*/\n')

    def test_a_folder_needs_a_row(self):
        self.broken_by("events/extra/x.cpp", "", 1, "folder-table")

    def test_caf_stays_in_actors(self):
        for folder in ("events/base", "actors/plan", "actors/ports", "netmesh", "runtime/node"):
            self.broken_by(folder + "/x.cpp", "\n#include <caf/actor.hpp>\n", 2, "outside-header")
            os.remove(os.path.join(self.root, folder, "x.cpp"))
        self.fine("actors/x.cpp", "#include <caf/actor.hpp>\n")

    def test_events_have_no_sockets_and_no_threads(self):
        self.broken_by("events/raft/x.cpp", "#include <sys/socket.h>\n", 1, "outside-header")
        self.broken_by("events/raft/x.cpp", "#include <thread>\n", 1, "outside-header")
        self.broken_by("events/raft/x.cpp", "#include <chrono>\n", 1, "outside-header")
        self.fine("events/raft/x.cpp", "#include <map>\n")

    def test_include_paths_start_at_the_root(self):
        self.broken_by("tests/x_test.cpp", '#include "script.h"\n', 1, "include-path")

    def test_the_own_header_comes_first(self):
        self.write("netmesh/x.h", HEADER)
        self.broken_by("netmesh/x.cpp", '#include <map>\n#include "netmesh/x.h"\n', 1, "own-header-first")
        self.fine("netmesh/x.cpp", '#include "netmesh/x.h"\n\n#include <map>\n')

    def test_file_names_say_something(self):
        self.broken_by("netmesh/link_manager.cpp", "", 1, "file-name")

    def test_file_names_are_snake_case(self):
        self.broken_by("netmesh/Links.cpp", "", 1, "file-name")

    def test_data_is_read_by_a_test(self):
        self.write("tests/data/raft/old.txt")
        self.write("tests/raft_test.cpp", "int x;\n")
        self.only("tests/data/raft/old.txt", 1, "dead-data")

    def test_data_may_be_named_or_swept(self):
        self.write("tests/data/raft/a.txt")
        self.write("tests/data/api/b.json")
        self.write("tests/data/domain/config.txt")
        self.write("tests/x_test.cpp", 'directory_iterator{fs::path{SKEIN_TEST_DATA} / "raft"} read("b.json")\n')
        self.write("tests/y_test.cpp", 'script("config");\n')
        self.assertEqual(self.rules(), [])

    # ---- what files say ----

    def test_decisions_read_no_clock(self):
        self.broken_by("actors/plan/x.cpp", "auto t = std::chrono::steady_clock::now();\n", 1, "banned-call")

    def test_decisions_draw_no_lots_and_ask_no_environment(self):
        for call in ("std::random_device d;", "int x = rand();", "std::thread t;", "sleep(1);", "getenv(name);"):
            self.broken_by("events/views/x.cpp", "int f();\n" + call + "\n", 2, "banned-call")

    def test_words_in_comments_and_strings_are_no_calls(self):
        self.fine("events/views/x.cpp", '// rand() is banned\nconst char* x = "getenv(";\nint operand(int);\n')

    def test_other_folders_may_read_clocks(self):
        self.fine("runtime/node/x.cpp", "auto t = std::chrono::steady_clock::now();\n")

    def test_unordered_containers_are_for_look_up(self):
        self.broken_by("events/views/x.cpp", "std::unordered_map<int, int> x;\n", 1, "unordered")
        self.fine("events/views/x.cpp", "// For look-up\n// only.\nstd::unordered_map<int, int> x;\n")

    def test_files_and_headers_are_short(self):
        self.broken_by("netmesh/x.cpp", "int x;\n" * 501, 501, "file-size")
        self.fine("netmesh/x.cpp", "int x;\n" * 500)
        self.broken_by("netmesh/y.h", HEADER + "int x;\n" * 249, 251, "file-size")

    def test_lines_are_short(self):
        self.broken_by("netmesh/x.cpp", "//" + "x" * 119 + "\n", 1, "line-length")
        self.fine("netmesh/x.cpp", "//" + "x" * 118 + "\n")

    def test_functions_are_short(self):
        body = "namespace a {\nclass B {\n  int f(int x) const {\n%s  }\n};\n}\n"
        self.broken_by("netmesh/x.cpp", body % ("    if (x) { g(); }\n" * 59), 3, "function-size")
        self.fine("netmesh/x.cpp", body % ("    if (x) { g(); }\n" * 58))

    def test_a_class_may_be_longer_than_a_function(self):
        self.fine("netmesh/x.cpp", "class A {\n" + "  int f();\n" * 100 + "};\n")

    def test_braces_in_strings_do_not_confuse_the_count(self):
        self.fine("netmesh/x.cpp", 'void f() { g("{", \'{\', R"({{)"); }\n' + "int x;\n" * 100)

    def test_five_parameters_are_enough(self):
        self.broken_by("netmesh/x.cpp", "int f(int a, int b, int c, int d, int e, int f) {}\n", 1, "parameters")
        self.fine("netmesh/x.cpp", "int f(std::map<int, int> a, int b, int c, int d, void (*e)(int, int));\n")

    def test_a_test_may_take_more(self):
        self.fine("tests/x_test.cpp", "int f(int a, int b, int c, int d, int e, int f) {}\n")

    def test_calls_may_have_many_arguments(self):
        self.fine("netmesh/x.cpp", "int x = f(1, 2, 3, 4, 5, 6);\nvoid g() {\n  f<A>(1, 2, 3, 4, 5, 6);\n}\n")

    def test_a_header_says_what_it_is(self):
        self.broken_by("netmesh/x.h", "#pragma once\n#include <map>\n", 1, "header-comment")
        self.fine("netmesh/x.h", HEADER)

    def test_a_header_is_read_once(self):
        self.broken_by("netmesh/x.h", "// Thing: what this header is for.\n", 1, "pragma-once")

    def test_nothing_is_left_for_later(self):
        for word in ("TODO", "FIXME", "XXX", "HACK"):
            self.broken_by("netmesh/x.cpp", "\n// %s: later\n" % word, 2, "unfinished")
        self.fine("netmesh/x.cpp", 'const char* name = "dir-XXXXXX";\n')

    def test_no_test_is_switched_off(self):
        self.broken_by("tests/x_test.cpp", "TEST(A, DISABLED_B) {}\n", 1, "disabled-test")
        self.broken_by("tests/x_test.cpp", "TEST(A, B) { GTEST_SKIP(); }\n", 1, "silent-skip")

    # ---- the schema ----

    def schema(self, fields):
        self.write("events/proto/a.proto", "message A {\n%s}\n" % fields)

    def test_fields_are_append_only(self):
        self.schema("  string x = 1;\n  oneof y { B z = 2; }\n")
        self.assertEqual(self.rules(), ["proto-numbers"])
        rules_proto.rewrite(Tree(self.root))
        self.assertEqual(self.rules(), [])
        self.schema("  string x = 1;\n")
        self.assertEqual(self.rules(), ["proto-numbers"])
        self.schema("  reserved 2, 5 to 7;\n  string x = 1;\n")
        self.assertEqual(self.rules(), [])

    def test_a_field_keeps_its_type(self):
        self.schema("  repeated string x = 1;\n")
        rules_proto.rewrite(Tree(self.root))
        self.schema("  repeated bytes x = 1;\n")
        rules_proto.rewrite(Tree(self.root))
        self.assertEqual(self.rules(), ["proto-numbers"])

    def test_a_field_may_be_renamed_when_it_is_said(self):
        self.schema("  string x = 1;\n")
        rules_proto.rewrite(Tree(self.root))
        self.schema("  string better = 1;\n")
        self.assertEqual(self.rules(), ["proto-numbers"])
        rules_proto.rewrite(Tree(self.root))
        self.assertEqual(self.rules(), [])

    def test_nested_messages_and_enums_have_their_own_numbers(self):
        fields, reserved = source_text.proto_fields(
            "message A { enum E { NONE = 0; ONE = 1; } message B { E e = 1; } B b = 1; reserved 4; }")
        self.assertEqual(fields, {("A.E", 0): ("enum", "NONE"), ("A.E", 1): ("enum", "ONE"),
                                  ("A.B", 1): ("E", "e"), ("A", 1): ("B", "b")})
        self.assertEqual(reserved, {"A": {4}})
