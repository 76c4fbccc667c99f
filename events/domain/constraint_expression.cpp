#include "events/domain/constraint_expression.h"

#include <algorithm>

namespace skein::constraint {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::string_view kValueMarks = ":-_.*()?+[]\\^$|/";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool key_tail(char c) { return letter(c) || digit(c) || c == '-' || c == '_' || c == '.'; }
bool value_char(char c) {
  return letter(c) || digit(c) || kValueMarks.find(c) != std::string_view::npos ||
         kBlanks.find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_key(std::string_view key) {
  return key.size() >= 2 && (letter(key.front()) || key.front() == '_') &&
         std::all_of(key.begin() + 1, key.end(), key_tail);
}

bool is_value(std::string_view value) { return !value.empty() && std::all_of(value.begin(), value.end(), value_char); }

Refusal invalid(std::string_view what, std::string_view text) {
  return {Errc::invalid, std::string{what} + " '" + std::string{text} + "' is invalid"};
}

}  // namespace

Result<Expression> parse(std::string_view text) {
  Operator op = Operator::eq;  // swarmkit looks for == first, wherever it stands
  std::size_t at = text.find("==");
  if (at == std::string_view::npos) {
    op = Operator::noteq;
    at = text.find("!=");
  }
  if (at == std::string_view::npos) return Refusal{Errc::invalid, "constraint expected one operator from ==, !="};
  const std::string_view key = trimmed(text.substr(0, at));
  if (!is_key(key)) return invalid("key", key);
  const std::string_view value = trimmed(text.substr(at + 2));
  if (!is_value(value)) return invalid("value", value);
  return Expression{std::string{key}, op, std::string{value}};
}

bool matches(const Expression& expression, std::string_view actual) {
  return equal_ignoring_case(expression.value, actual) == (expression.op == Operator::eq);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace skein::constraint
