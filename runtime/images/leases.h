// Leases: content that somebody is just fetching or unpacking, so that the collector leaves it alone.
//
// A loader takes a lease on a digest before it looks whether it is there, and keeps it until the image that needs it is
// recorded. The collector holds `exclusive()` while it compares what is there with what is leased or referred to.
// Threads: any. Lock order: a Leases lock comes before the catalog's.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace skein::images {

class Leases;

class Lease {
 public:
  explicit Lease(Leases& leases) : leases_{leases} {}
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  void add(const std::string& digest);

 private:
  Leases& leases_;
  std::vector<std::string> held_;
};

class Leases {
 public:
  std::unique_lock<std::mutex> exclusive() { return std::unique_lock{mutex_}; }
  bool holds(const std::string& digest) const { return counts_.contains(digest); }  // REQUIRES exclusive()

 private:
  friend class Lease;
  std::mutex mutex_;
  std::map<std::string, int> counts_;
};

}  // namespace skein::images
