#include "tests/events/store/crash_writer.h"

#include <unistd.h>

#include <cstring>

#include "events/base/rng.h"
#include "events/store/lmdb_log.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

AppendGroup some_group(RecordMaker& maker, Rng& rng) {
  AppendGroup group;
  const std::uint64_t records = 1 + rng.below(5);
  for (std::uint64_t i = 0; i < records; ++i)
    group.records.push_back(maker.make(1 + static_cast<int>(rng.below(30)), rng.below(300)));
  if (rng.below(4) == 0) {
    const std::string salt = std::to_string(maker.last().index.value());
    group.payloads.push_back(payload_of(salt, std::string(rng.below(20'000), 'p')));
  }
  group.hard_state = HardState{Term{1}, "peer", maker.last().index, "members"};
  return group;
}

}  // namespace

int append_until_killed(const std::string& directory, int pipe, std::uint64_t seed) {
  LmdbLog::Options options;
  options.directory = directory + "/log";
  options.data_key_file = directory + "/data.key";
  options.map_bytes = std::size_t{1} << 30;
  auto log = LmdbLog::open(options);
  if (!log) return 3;
  SeededRng rng{seed};
  const auto tail = (*log)->read((*log)->last(), {});
  RecordMaker maker{tail && !tail->empty()
                        ? LogPosition{(*log)->last(), (*log)->last_term(), tail->back()->at_ns(), (*log)->last_digest()}
                        : (*log)->base()};
  for (;;) {
    if (!(*log)->append(some_group(maker, rng))) return 4;
    if (rng.below(16) == 0 && !(*log)->save_snapshot(snapshot_at(maker.last().index.value(), 100))) return 5;
    Acknowledged ack;
    ack.index = (*log)->last().value();
    std::memcpy(ack.digest, (*log)->last_digest().data(), sizeof ack.digest);
    if (write(pipe, &ack, sizeof ack) != sizeof ack) return 6;
  }
}

}  // namespace skein
