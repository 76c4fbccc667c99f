#include "runtime/images/leases.h"

namespace skein::images {

void Lease::add(const std::string& digest) {
  const auto lock = leases_.exclusive();
  ++leases_.counts_[digest];
  held_.push_back(digest);
}

Lease::~Lease() {
  const auto lock = leases_.exclusive();
  for (const auto& digest : held_) {
    const auto at = leases_.counts_.find(digest);
    if (--at->second == 0) leases_.counts_.erase(at);
  }
}

}  // namespace skein::images
