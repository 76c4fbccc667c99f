#include "tests/events/raft/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace skein::raft {

Machine::Machine(Config config, std::uint64_t seed)
    : config_{std::move(config)},
      rng_{seed},
      disk_{std::make_unique<MemoryLog>()},
      reader_{std::make_unique<StoredLog>(*disk_)} {
  restart();
}

void Machine::restart() {
  auto recovered = recover(*disk_, *reader_, disk_->base().index);
  ASSERT_TRUE(recovered);
  raft_ = std::make_unique<Raft>(config_, *recovered, rng_);
}

void Machine::crash() {
  raft_.reset();
  waiting_.reset();
}

bool Machine::collect(std::vector<Message>& out) {
  if (!raft_->has_ready()) return false;
  Ready ready = raft_->take_ready();
  EXPECT_FALSE(ready.fault);
  for (Message& message : ready.at_once) out.push_back(std::move(message));
  for (RecordPtr& record : ready.committed) {
    fresh.push_back(record);
    handed_out.resize(std::max<std::size_t>(handed_out.size(), record->index()));
    handed_out[record->index() - 1] = std::move(record);
  }
  reads.insert(reads.end(), ready.reads.begin(), ready.reads.end());
  snapshots.insert(snapshots.end(), ready.snapshots.begin(), ready.snapshots.end());
  if (ready.has_group) {
    EXPECT_FALSE(waiting_) << "two groups at once";
    waiting_ = std::move(ready);
  }
  return true;
}

bool Machine::write() {
  const auto written = disk_->append(waiting_->group);
  EXPECT_TRUE(written);
  return bool{written};
}

void Machine::flush(std::vector<Message>& out) {
  if (!waiting_ || !write()) return;
  const Ready ready = *std::exchange(waiting_, std::nullopt);
  out.insert(out.end(), ready.after_persist.begin(), ready.after_persist.end());
  raft_->advance(ready.persisted);
}

void Machine::settle(std::vector<Message>& out) {
  while (collect(out) || flushing()) flush(out);
}

Record draft(const std::string& label) {
  Record made;
  Event& event = *made.add_events();
  event.set_id(label);
  event.set_ignorable(true);
  event.mutable_config_removed();
  return made;
}

std::string label_of(const Record& record) {
  return record.events_size() > 0 && record.events(0).has_config_removed() ? record.events(0).id() : std::string{};
}

}  // namespace skein::raft
