// What the tests of the store share: records that chain, a directory of one's own, and a log of either kind.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "events/store/event_log.h"

namespace skein {

// A temporary directory, gone with its object.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  std::string path(const std::string& name = {}) const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

// Makes records one after the other, each chained to the one before.
class RecordMaker {
 public:
  RecordMaker();
  explicit RecordMaker(LogPosition after) : last_{std::move(after)} {}
  RecordPtr make(int events = 1, std::size_t text_bytes = 20);
  std::vector<RecordPtr> make_many(int count);
  void set_term(std::uint64_t term) { last_.term = Term{term}; }
  void rewind_to(const Record& record);
  const LogPosition& last() const { return last_; }

 private:
  LogPosition last_;
};

AppendGroup group_of(std::vector<RecordPtr> records);
Payload payload_of(const std::string& salt, const std::string& data);
Snapshot snapshot_at(std::uint64_t index, int tasks);
std::vector<RecordPtr> read_all(const EventLog& log, ReadBounds bounds = {});
std::unique_ptr<EventLog> open_lmdb(const ScratchDirectory& directory, std::size_t map_bytes = std::size_t{1} << 30);
std::string file_bytes(const std::string& path);

}  // namespace skein
