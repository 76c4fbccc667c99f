#include "tools/skein/listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

namespace skein::cli {
namespace {

constexpr std::size_t kPadding = 3;
constexpr std::size_t kWidthMin = 10;

const std::string& plain_of(const Cell& cell) { return cell.json ? *cell.json : cell.text; }

}  // namespace

Result<Format> parse_format(const std::string& text) {
  if (text.empty() || text == "table") return Format::table;
  if (text == "json") return Format::json;
  return Refusal{Errc::invalid, "unknown format \"" + text + "\": use table or json"};
}

std::string go_escaped(std::string json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out += c;
  }
  return out;
}

void Listing::add(std::vector<Cell> row) {
  CHECK(row.size() == columns_.size(), "a row has a cell for every column");
  rows_.push_back(std::move(row));
}

void Listing::print(Console& console, const ListingOptions& options) const {
  if (options.quiet) {
    for (const auto& row : rows_) console.out << plain_of(row.front()) << '\n';
    return;
  }
  options.format == Format::json ? print_json(console) : print_table(console);
}

void Listing::print_json(Console& console) const {
  for (const auto& row : rows_) {
    nlohmann::json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[columns_[i].key] = plain_of(row[i]);
    console.out << go_escaped(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) << '\n';
  }
}

void Listing::print_table(Console& console) const {
  std::vector<std::size_t> shown;
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].heading == nullptr) continue;
    shown.push_back(i);
    std::size_t widest = width_of(columns_[i].heading);
    for (const auto& row : rows_) widest = std::max(widest, width_of(row[i].text));
    widths[i] = std::max(widest + kPadding, kWidthMin);
  }
  const auto put = [&](std::size_t i, const std::string& text, Style style) {
    console.out << dressed(console, style, text);
    const bool last = i == shown.back();
    console.out << (last ? "\n" : std::string(widths[i] - width_of(text), ' '));
  };
  for (const std::size_t i : shown) put(i, columns_[i].heading, Style::strong);
  for (const auto& row : rows_)
    for (const std::size_t i : shown) put(i, row[i].text, row[i].style);
}

}  // namespace skein::cli
