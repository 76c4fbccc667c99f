// SpecTable: the spec and endpoint of each service at each version that somebody still names: the service itself
// (its current and its previous one) or a task born with it. A version nobody names is dropped at the end of the
// record that let go of it, so what is here follows from the services and tasks alone.
//
// A version whose endpoint changes (a rollback may name an old version again) shows the newest.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/proto/state.pb.h"
#include "events/views/digest_sum.h"
#include "events/views/string_hash.h"

namespace skein {

class SpecTable {
 public:
  void service_is(const Service& service);  // after every change of a service
  void service_gone(const std::string& service_id);
  void task_born(const Task& task);  // CHECKs that its spec is here; a task without a service has none
  void task_gone(const Task& task);
  void drop_unnamed();  // at the end of a record

  void restore(const SpecVersion& spec);  // from a snapshot, before services and tasks

  std::shared_ptr<const SpecVersion> find(std::string_view service_id, std::uint64_t version) const;
  std::vector<std::shared_ptr<const SpecVersion>> all() const;  // by service id, then version
  const DigestSum& sum() const { return sum_; }

 private:
  struct Version {
    std::shared_ptr<const SpecVersion> spec;
    DigestSum counted;
    std::uint64_t uses = 0;  // by tasks
  };
  struct ServiceSpecs {
    std::map<std::uint64_t, Version> versions;
    std::uint64_t current = 0;
    std::uint64_t previous = 0;
  };
  void put(Version& version, SpecVersion spec);
  void drop_unnamed(const std::string& service_id);

  StringMap<ServiceSpecs> services_;
  std::vector<std::string> to_check_;  // services that may have let go of a version
  DigestSum sum_;
};

}  // namespace skein
