#include "runtime/control/answer_pages.h"

#include <utility>

namespace skein {

void AnswerPages::grew(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ < kPageBytes) return;
  gone_ = gone_ || !send_(page_);
  page_.Clear();
  bytes_ = 0;
}

// `into` gives the list of the page that is current when it is called.
template <class List, class Into>
void AnswerPages::copy(const List& from, const Into& into) {
  for (const auto& each : from) {
    if (gone_) return;
    *into()->Add() = *each;
    grew(each->ByteSizeLong());
  }
}

void AnswerPages::write(const Sight& sight) {
  if (sight.cluster) *page_.mutable_cluster() = *sight.cluster;
  copy(sight.nodes, [this] { return page_.mutable_nodes(); });
  copy(sight.services, [this] { return page_.mutable_services(); });
  copy(sight.specs, [this] { return page_.mutable_specs(); });
  copy(sight.networks, [this] { return page_.mutable_networks(); });
  copy(sight.files, [this] { return page_.mutable_files(); });
  copy(sight.tasks, [this] { return page_.mutable_tasks(); });
  for (const control::ServiceCounts& counts : sight.counts) {
    *page_.add_counts() = counts;
    grew(counts.ByteSizeLong());
  }
  for (const control::Missing& missing : sight.missing) {
    *page_.add_missing() = missing;
    grew(missing.ByteSizeLong());
  }
}

void AnswerPages::write_data(const std::string& config_id, std::string data) {
  control::ConfigData& out = *page_.add_data();
  out.set_config_id(config_id);
  out.set_data(std::move(data));
  grew(out.data().size());
}

void AnswerPages::write_local(const control::LocalNetwork& network) {
  *page_.add_local_networks() = network;
  grew(network.ByteSizeLong());
}

bool AnswerPages::finish() {
  gone_ = gone_ || !send_(page_);
  return !gone_;
}

}  // namespace skein
