#include "tests/events/store/store_fixture.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>

#include "events/base/check.h"
#include "events/store/chain.h"
#include "events/store/lmdb_log.h"

namespace skein {

ScratchDirectory::ScratchDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "skein-store-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  root_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

RecordMaker::RecordMaker() : last_{log_start()} {}

RecordPtr RecordMaker::make(int events, std::size_t text_bytes) {
  auto record = std::make_shared<Record>();
  record->set_index(last_.index.value() + 1);
  record->set_term(std::max<std::uint64_t>(last_.term.value(), 1));
  record->set_at_ns(last_.at_ns + 10);
  record->mutable_origin()->set_principal("root (uid 0)");
  for (int i = 0; i < events; ++i) {
    Event* const event = record->add_events();
    event->set_id("task" + std::to_string(record->index()) + "." + std::to_string(i));
    event->mutable_task_held_back()->set_reason(std::string(text_bytes, 'x'));
  }
  record->set_digest(chain_digest(last_.digest, *record));
  last_ = position_of(*record);
  return record;
}

std::vector<RecordPtr> RecordMaker::make_many(int count) {
  std::vector<RecordPtr> out;
  for (int i = 0; i < count; ++i) out.push_back(make());
  return out;
}

void RecordMaker::rewind_to(const Record& record) { last_ = position_of(record); }

AppendGroup group_of(std::vector<RecordPtr> records) {
  AppendGroup group;
  group.records = std::move(records);
  return group;
}

Payload payload_of(const std::string& salt, const std::string& data) {
  Payload payload;
  payload.set_salt(salt);
  payload.set_data(data);
  payload.set_digest(payload_digest(salt, data));
  return payload;
}

Snapshot snapshot_at(std::uint64_t index, int tasks) {
  Snapshot snapshot;
  snapshot.set_index(index);
  snapshot.set_term(1);
  for (int i = 0; i < tasks; ++i) snapshot.add_tasks()->set_id("task" + std::to_string(i));
  return snapshot;
}

std::vector<RecordPtr> read_all(const EventLog& log, ReadBounds bounds) {
  std::vector<RecordPtr> out;
  for (LogIndex from = log.first(); from <= log.last();) {
    const auto some = log.read(from, bounds);
    CHECK(some, some ? "" : some.refusal().text);
    CHECK(!some->empty());
    out.insert(out.end(), some->begin(), some->end());
    from = LogIndex{out.back()->index() + 1};
  }
  return out;
}

std::unique_ptr<EventLog> open_lmdb(const ScratchDirectory& directory, std::size_t map_bytes) {
  LmdbLog::Options options;
  options.directory = directory.path("log");
  options.data_key_file = directory.path("data.key");
  options.map_bytes = map_bytes;
  auto log = LmdbLog::open(options);
  CHECK(log, log ? "" : log.refusal().text);
  return std::move(*log);
}

std::string file_bytes(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace skein
