// Script files: given/when/then in text. Cases are separated by empty lines; lines after "----" are the answer, `#`
// opens a comment. Whatever a case's lines answer together is compared with what the file says.
// SKEIN_REWRITE=1 in the environment writes the answers into the file; review the difference.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace skein::test {

// Carries out one line; returns what it answers, each line of it ended by a newline.
using RunLine = std::function<std::string(const std::string& line)>;

// The file's content as it should be, given what `run` answers.
std::string answer_script(const std::string& content, const RunLine& run);
// Fails the current test if the answers differ.
void expect_script(const std::string& path, const RunLine& run);

// A line of a script: words, some of them key=value. Every word must be asked for before done(), or the script is
// wrong.
class Words {
 public:
  explicit Words(const std::string& line);
  std::string next();                 // the first word not yet taken; CHECKs that there is one
  bool has(const std::string& flag);  // takes the bare word
  bool take(const std::string& key, std::string& value);
  bool take(const std::string& key, std::int64_t& value);
  void done() const;

 private:
  std::string line_;
  std::vector<std::string> words_;
};

}  // namespace skein::test
