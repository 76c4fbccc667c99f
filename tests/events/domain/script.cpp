#include "tests/events/domain/script.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace skein::test {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Splits at the first run of blanks.
std::pair<std::string, std::string> first_word(const std::string& text) {
  const auto end = text.find_first_of(" \t");
  if (end == std::string::npos) return {text, ""};
  return {text.substr(0, end), trimmed(text.substr(end))};
}

void take_facts(Block& block, const std::string& text) {
  std::istringstream words{text};
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    ASSERT_NE(equals, std::string::npos) << "line " << block.line << ": a fact is key=value: " << word;
    block.facts.emplace(word.substr(0, equals), word.substr(equals + 1));
  }
}

void take_statement(Block& block, const std::string& statement) {
  const auto [word, rest] = first_word(statement);
  if (word == "given") {
    block.given.push_back(rest);
  } else if (word == "facts") {
    take_facts(block, rest);
  } else if (word == "when") {
    std::tie(block.verb, block.argument) = first_word(rest);
  } else if (word == "show") {
    block.show = true;
  } else {
    ADD_FAILURE() << "line " << block.line << ": unknown statement: " << statement;
  }
}

void parse_head(Block& block) {
  std::istringstream lines{block.head};
  std::string statement;
  const auto flush = [&] {
    if (!statement.empty()) take_statement(block, statement);
    statement.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#' || line == "----") continue;
    if (line[0] != ' ') flush();
    statement += (statement.empty() ? "" : " ") + trimmed(line);
  }
  flush();
}

}  // namespace

std::vector<std::string> Block::all(const std::string& fact) const {
  std::vector<std::string> values;
  const auto [first, last] = facts.equal_range(fact);
  for (auto at = first; at != last; ++at) values.push_back(at->second);
  return values;
}

std::string Block::one(const std::string& fact, const std::string& otherwise) const {
  const auto at = facts.find(fact);
  return at == facts.end() ? otherwise : at->second;
}

std::vector<Block> read_script(const std::string& path) {
  std::ifstream file{path};
  EXPECT_TRUE(file) << "no script " << path;
  std::vector<Block> blocks;
  Block block;
  bool in_result = false;
  int number = 0;
  const auto flush = [&] {
    if (!in_result) return;
    parse_head(block);
    blocks.push_back(std::move(block));
    block = Block{};
    in_result = false;
  };
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (in_result && line.empty()) {
      flush();
    } else if (in_result) {
      block.expected += line + "\n";
    } else {
      if (block.line == 0 && !line.empty() && line[0] != '#') block.line = number;
      block.head += line + "\n";
      in_result = line == "----";
    }
  }
  flush();
  EXPECT_TRUE(trimmed(block.head).empty()) << path << " ends within a block";
  return blocks;
}

void run_script(const std::string& path, const std::function<std::string(const Block&)>& run) {
  const std::vector<Block> blocks = read_script(path);
  EXPECT_FALSE(blocks.empty()) << path;
  const bool rewrite = std::getenv("SKEIN_REWRITE") != nullptr;
  std::string rewritten;
  for (const Block& block : blocks) {
    const std::string result = run(block);
    rewritten += block.head + result + "\n";
    if (!rewrite) {
      EXPECT_EQ(result, block.expected) << path << ":" << block.line;
    }
  }
  if (!rewrite) return;
  std::ofstream file{path};
  file << rewritten.substr(0, rewritten.size() - 1);  // no blank line at the end of the file
}

}  // namespace skein::test
