#include "runtime/containers/user.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

namespace skein {
namespace {

constexpr std::uint32_t kIdMax = 0x7FFFFFFF;

using Fields = std::vector<std::string>;

Fields split(const std::string& text, char separator) {
  Fields out;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, separator);) out.push_back(part);
  return out;
}

std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The first line whose name (field 0) or number (field 2) is `typed`.
std::optional<Fields> look_up(const std::string& file, const std::string& typed, std::size_t fields_min) {
  for (const auto& line : split(file, '\n')) {
    auto fields = split(line, ':');
    if (fields.size() >= fields_min && number(fields[2]) && (fields[0] == typed || fields[2] == typed)) return fields;
  }
  return std::nullopt;
}

Result<std::uint32_t> group_id(const std::string& typed, const std::string& file) {
  if (const auto found = look_up(file, typed, 3)) return *number((*found)[2]);
  const auto value = number(typed);
  if (!value) return Refusal{Errc::invalid, "unable to find group " + typed + ": no matching entries in group file"};
  if (*value > kIdMax) return Refusal{Errc::invalid, "uids and gids must be in range 0-2147483647"};
  return *value;
}

void add_memberships(User& user, const std::string& name, const std::string& file) {
  for (const auto& line : split(file, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() < 4 || !number(fields[2])) continue;
    const auto members = split(fields[3], ',');
    if (std::find(members.begin(), members.end(), name) != members.end()) {
      user.additional_gids.push_back(*number(fields[2]));
    }
  }
}

// Fills in uid, gid and home; the account's name, or empty if it has none.
Result<std::string> find_account(User& user, const std::string& name, const std::string& passwd) {
  if (const auto found = look_up(passwd, name, 4)) {
    user.uid = *number((*found)[2]);
    user.gid = number((*found)[3]).value_or(0);
    if (found->size() > 5 && !(*found)[5].empty()) user.home = (*found)[5];
    return (*found)[0];
  }
  const auto value = number(name);
  if (!value) return Refusal{Errc::invalid, "unable to find user " + name + ": no matching entries in passwd file"};
  if (*value > kIdMax) return Refusal{Errc::invalid, "uids and gids must be in range 0-2147483647"};
  user.uid = *value;
  return std::string{};
}

}  // namespace

Result<User> resolve_user(const std::string& typed, const std::vector<std::string>& groups, const AccountFiles& files) {
  User user;
  const auto colon = typed.find(':');
  const auto name = typed.substr(0, colon);
  const auto group = colon == std::string::npos ? std::string{} : typed.substr(colon + 1);
  const auto account = find_account(user, name.empty() ? "0" : name, files.passwd);
  if (!account) return account.refusal();
  if (!group.empty()) {
    const auto gid = group_id(group, files.group);
    if (!gid) return gid.refusal();
    user.gid = *gid;
  } else if (!account->empty()) {
    add_memberships(user, *account, files.group);
  }
  for (const auto& extra : groups) {
    const auto gid = group_id(extra, files.group);
    if (!gid) return gid.refusal();
    user.additional_gids.push_back(*gid);
  }
  std::sort(user.additional_gids.begin(), user.additional_gids.end());
  user.additional_gids.erase(std::unique(user.additional_gids.begin(), user.additional_gids.end()),
                             user.additional_gids.end());
  return user;
}

}  // namespace skein
