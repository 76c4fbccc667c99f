// The log's two speeds: durable appends, beside a plain file written and flushed in the same run, and verified replay.
//
//   skein_bench --benchmark_filter=Log     items/s are events; the directory is TMPDIR's, so point that at a real disk
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "events/base/check.h"
#include "events/store/chain.h"
#include "events/store/lmdb_log.h"

namespace skein {
namespace {

class BenchDirectory {
 public:
  BenchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "skein-bench-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  BenchDirectory(const BenchDirectory&) = delete;
  BenchDirectory& operator=(const BenchDirectory&) = delete;
  ~BenchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A task's observed status, the commonest event there is: about 200 bytes.
void add_event(Record& record, std::int64_t number) {
  Event* const event = record.add_events();
  event->set_id("0123456789abcdefghijk" + std::to_string(1000 + number % 9000));
  TaskStatus* const status = event->mutable_task_observed()->mutable_status();
  status->set_state(TASK_RUNNING);
  status->set_at_ns(1'700'000'000'000'000'000 + number);
  status->set_message("started");
  status->set_container_id(std::string(64, 'c'));
  status->set_pid(4242);
}

RecordPtr make_record(const LogPosition& last, std::int64_t events) {
  auto record = std::make_shared<Record>();
  record->set_index(last.index.value() + 1);
  record->set_term(1);
  record->set_at_ns(1'700'000'000'000'000'000 + static_cast<std::int64_t>(record->index()));
  record->mutable_origin()->set_principal("node 0123456789abcdefghijklmno");
  record->mutable_origin()->set_via("agent");
  for (std::int64_t i = 0; i < events; ++i) add_event(*record, i);
  record->set_digest(chain_digest(last.digest, *record));
  return record;
}

std::unique_ptr<LmdbLog> open_log(const BenchDirectory& directory) {
  LmdbLog::Options options;
  options.directory = directory.path() + "/log";
  options.data_key_file = directory.path() + "/data.key";
  auto log = LmdbLog::open(options);
  CHECK(log, log ? "" : log.refusal().text);
  return std::move(*log);
}

LogPosition tip_of(const EventLog& log) { return {log.last(), log.last_term(), 0, log.last_digest()}; }

// One commit of `range(0)` events in `range(1)` records (0: one record each).
void LogAppend(benchmark::State& state) {
  const BenchDirectory directory;
  const auto log = open_log(directory);
  const std::int64_t events = state.range(0);
  const std::int64_t records = state.range(1) == 0 ? events : state.range(1);
  for (auto _ : state) {
    state.PauseTiming();
    AppendGroup group;
    LogPosition last = tip_of(*log);
    for (std::int64_t i = 0; i < records; ++i) {
      group.records.push_back(make_record(last, events / records));
      last = position_of(*group.records.back());
    }
    state.ResumeTiming();
    CHECK(log->append(group));
  }
  state.SetItemsProcessed(state.iterations() * events);
}

// The floor: the same bytes, unchained and unsealed, to the end of a file and flushed.
void PlainFileAppend(benchmark::State& state) {
  const BenchDirectory directory;
  const int fd = open((directory.path() + "/plain").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  CHECK(fd >= 0);
  const std::string bytes = make_record(log_start(), state.range(0))->SerializeAsString();
  for (auto _ : state) {
    CHECK(write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    CHECK(fdatasync(fd) == 0);
  }
  close(fd);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// Reads, unseals, verifies and decodes the whole log, a bounded batch at a time.
std::int64_t replay(const EventLog& log) {
  std::int64_t events = 0;
  for (LogIndex from = log.first(); from <= log.last();) {
    const auto records = log.read(from, {});
    CHECK(records, records ? "" : records.refusal().text);
    for (const RecordPtr& record : *records) events += record->events_size();
    from = LogIndex{records->back()->index() + 1};
  }
  return events;
}

void LogReplay(benchmark::State& state) {
  const BenchDirectory directory;
  const auto log = open_log(directory);
  constexpr std::int64_t kEvents = 1'000'000;
  const std::int64_t per_record = state.range(0);
  LogPosition last = log_start();
  for (std::int64_t done = 0; done < kEvents;) {
    AppendGroup group;
    for (std::int64_t in_group = 0; in_group < 10'000; in_group += per_record, done += per_record) {
      group.records.push_back(make_record(last, per_record));
      last = position_of(*group.records.back());
    }
    CHECK(log->append(group));
  }
  std::int64_t events = 0;
  for (auto _ : state) events += replay(*log);
  state.SetItemsProcessed(events);
}

BENCHMARK(PlainFileAppend)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->UseRealTime();
BENCHMARK(LogAppend)->ArgsProduct({{1, 10, 100, 1000}, {0, 1}})->ArgNames({"events", "records"})->UseRealTime();
BENCHMARK(LogReplay)->Arg(1)->Arg(10)->Arg(100)->Arg(1000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace skein
