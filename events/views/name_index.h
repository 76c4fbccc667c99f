// NameIndex: exact name -> id, for the kinds of aggregate whose names are unique (the directory sees to that).
// If two of them ever share a name, the later one has it.
#pragma once
#include <string>
#include <string_view>

#include "events/views/string_hash.h"

namespace skein {

class NameIndex {
 public:
  void put(const std::string& name, const std::string& id) { ids_[name] = id; }
  void drop(const std::string& name, std::string_view id) {
    const auto at = ids_.find(name);
    if (at != ids_.end() && at->second == id) ids_.erase(at);
  }
  // The id, or nullptr.
  const std::string* find(std::string_view name) const {
    const auto at = ids_.find(name);
    return at == ids_.end() ? nullptr : &at->second;
  }

 private:
  StringMap<std::string> ids_;
};

}  // namespace skein
