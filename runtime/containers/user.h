// User: who a container's process is, from a spec's "user[:group]" and the container's own /etc/passwd and /etc/group.
//
// Pure: the two files come as text. Rules and texts: moby's user lookup (runc libcontainer/user, GetExecUser): a name
// or number is looked up; an unknown number is taken as it is with group 0; an unknown name is refused. Without a
// group the user's memberships in /etc/group are added. Lines that cannot be read are passed over.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein {

struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> additional_gids;  // sorted, unique
  std::string home = "/";
};

struct AccountFiles {
  std::string passwd, group;
};

// `typed` empty: root. `groups` are the spec's supplementary ones, names or numbers.
Result<User> resolve_user(const std::string& typed, const std::vector<std::string>& groups, const AccountFiles& files);

}  // namespace skein
