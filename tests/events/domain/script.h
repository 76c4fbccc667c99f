// Scripts of given / when / result for the deciders: tests/data/domain/<aggregate>.txt.
//
//   # a comment
//   given service_created { spec { name: "web" } }     one event (text form of Event), folded at index 1, 2, ...
//   facts managers=2 in_raft=yes                        what the decider is handed; words differ by aggregate
//   when  remove_service { }                            a Command in text form, or a function of the aggregate
//   show                                                also print the state after the result was folded
//   ----
//   service_removed { }                                 events, "nothing", or "refused <code>: <text>"
//
// A line that starts with a blank continues the one before. A blank line ends a result. With SKEIN_REWRITE=1 results
// are written anew instead of compared; the difference is then reviewed.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace skein::test {

struct Block {
  int line = 0;      // of its first line, for messages
  std::string head;  // as written, up to and including the dashes
  std::string expected;
  std::vector<std::string> given;
  std::multimap<std::string, std::string> facts;
  std::string verb;      // first word after `when`
  std::string argument;  // the rest of it
  bool show = false;

  std::vector<std::string> all(const std::string& fact) const;
  std::string one(const std::string& fact, const std::string& otherwise) const;
};

std::vector<Block> read_script(const std::string& path);
// Runs every block; compares, or rewrites the file.
void run_script(const std::string& path, const std::function<std::string(const Block&)>& run);

}  // namespace skein::test
