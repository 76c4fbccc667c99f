#include "tests/support/script_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "events/base/check.h"

namespace skein::test {

std::string answer_script(const std::string& content, const RunLine& run) {
  std::string out;
  std::string said;
  std::istringstream in{content};
  bool in_answer = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) in_answer = false;
    if (in_answer) continue;
    out += line + "\n";
    if (line == "----") {
      in_answer = true;
      out += said.empty() ? "nothing\n" : said;
      said.clear();
    } else if (!line.empty() && line[0] != '#') {
      said += run(line);
    }
  }
  CHECK(said.empty(), "a case of a script has no ----");
  return out;
}

void expect_script(const std::string& path, const RunLine& run) {
  std::ostringstream content;
  content << std::ifstream{path}.rdbuf();
  ASSERT_FALSE(content.str().empty()) << path;
  const std::string now = answer_script(content.str(), run);
  if (std::getenv("SKEIN_REWRITE") != nullptr) std::ofstream{path} << now;
  EXPECT_EQ(content.str(), now) << path;
}

Words::Words(const std::string& line) : line_{line} {
  std::istringstream in{line};
  for (std::string word; in >> word;) words_.push_back(word);
}

std::string Words::next() {
  CHECK(!words_.empty(), line_);
  std::string word = words_.front();
  words_.erase(words_.begin());
  return word;
}

bool Words::has(const std::string& flag) {
  const auto it = std::find(words_.begin(), words_.end(), flag);
  if (it == words_.end()) return false;
  words_.erase(it);
  return true;
}

bool Words::take(const std::string& key, std::string& value) {
  const auto it =
      std::find_if(words_.begin(), words_.end(), [&](const std::string& word) { return word.starts_with(key + "="); });
  if (it == words_.end()) return false;
  value = it->substr(key.size() + 1);
  words_.erase(it);
  return true;
}

bool Words::take(const std::string& key, std::int64_t& value) {
  std::string text;
  if (!take(key, text)) return false;
  value = std::stoll(text);
  return true;
}

void Words::done() const { CHECK(words_.empty(), line_); }

}  // namespace skein::test
