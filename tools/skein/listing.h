// Listing: what an `ls` or `ps` prints: a table in docker's layout, JSON lines, or ids alone.
//
// Layout: every column but the last is padded to its widest cell and three spaces, at least ten columns in all (Go's
// text/tabwriter with docker's settings; docker/cli cli/command/formatter). JSON: one object a line, keys sorted, the
// characters < > & escaped as Go does. Not thread-safe.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "tools/skein/console.h"

namespace skein::cli {

enum class Format : unsigned char { table, json };
// "", "table" or "json"; others are refused.
Result<Format> parse_format(const std::string& text);

struct Column {
  const char* heading;  // nullptr: in JSON only
  const char* key;
};
struct Cell {
  Cell(std::string its_text, Style its_style = Style::plain)  // NOLINT(google-explicit-constructor)
      : text{std::move(its_text)}, style{its_style} {}
  Cell(const char* its_text) : text{its_text} {}  // NOLINT(google-explicit-constructor)
  std::string text;
  Style style = Style::plain;
  std::optional<std::string> json;  // where it differs from the text
};

struct ListingOptions {
  Format format = Format::table;
  bool quiet = false;  // the first column alone, as in JSON
};

class Listing {
 public:
  explicit Listing(std::vector<Column> columns) : columns_{std::move(columns)} {}
  void add(std::vector<Cell> row);
  void print(Console& console, const ListingOptions& options) const;

 private:
  void print_table(Console& console) const;
  void print_json(Console& console) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// As Go's encoding/json writes text.
std::string go_escaped(std::string json);

}  // namespace skein::cli
