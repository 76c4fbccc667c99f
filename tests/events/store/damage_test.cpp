// A disk that lies: whatever is changed, cut or half-written, no record is ever served that was not appended.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "events/base/rng.h"
#include "events/store/lmdb_codec.h"
#include "events/store/lmdb_log.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kRecords = 150;

class DamageTest : public testing::Test {
 protected:
  enum Outcome { as_it_was = 0, refused = 1, wrong = 2, died = 3 };

  DamageTest() {
    options.directory = directory.path("log");
    options.data_key_file = directory.path("data.key");
    options.map_bytes = std::size_t{1} << 26;
    auto log = LmdbLog::open(options);
    for (std::uint64_t i = 1; i <= kRecords; ++i) {
      AppendGroup group = group_of({maker.make(i % 10 == 0 ? 60 : 1, 100)});
      group.hard_state = hard_state;
      if (i == 1) group.payloads = {payload};
      EXPECT_TRUE((*log)->append(group));
      records.push_back(group.records[0]->SerializeAsString());
    }
    EXPECT_TRUE((*log)->save_snapshot(snapshot));
  }

  std::string data_path() const { return directory.path("log/data.mdb"); }
  void write_data(const std::string& bytes) const {
    std::ofstream file{data_path(), std::ios::binary | std::ios::trunc};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  // Opens the log and compares everything in it with what was appended, in a process of its own.
  Outcome look() const {
    const pid_t pid = fork();
    if (pid == 0) {
      close(STDERR_FILENO);  // LMDB's last words
      _exit(compare());
    }
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? static_cast<Outcome>(WEXITSTATUS(status)) : died;
  }

  Outcome compare() const {
    const auto log = LmdbLog::open(options);
    if (!log) return log.refusal().code == Errc::fault ? refused : wrong;
    std::vector<Outcome> all = {compare_records(**log), compare_rest(**log)};
    return *std::max_element(all.begin(), all.end());
  }

  Outcome compare_records(const LmdbLog& log) const {
    if (log.first() != LogIndex{1} || log.last() != LogIndex{records.size()}) return wrong;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto read = log.read(LogIndex{i + 1}, {.records_max = 1});
      if (!read) return read.refusal().code == Errc::fault ? refused : wrong;
      if (read->size() != 1 || read->front()->SerializeAsString() != records[i]) return wrong;
    }
    return as_it_was;
  }

  Outcome compare_rest(const LmdbLog& log) const {
    if (log.hard_state() != hard_state) return wrong;
    const auto got = log.payload(payload.digest());
    if (!got) return got.refusal().code == Errc::fault ? refused : wrong;
    const auto shot = log.snapshot_before(LogIndex{1000});
    if (!shot) return shot.refusal().code == Errc::fault ? refused : wrong;
    if (*shot == nullptr) return wrong;
    const bool same = (*shot)->SerializeAsString() == snapshot.SerializeAsString() && got->data() == payload.data();
    return same ? as_it_was : wrong;
  }

  ScratchDirectory directory;
  LmdbLog::Options options;
  RecordMaker maker;
  std::vector<std::string> records;
  const Payload payload = payload_of("salt", std::string(9000, 's'));
  const HardState hard_state{Term{1}, "peer", LogIndex{3}, "members"};
  const Snapshot snapshot = snapshot_at(100, 2000);
};

TEST_F(DamageTest, AnUntouchedLogIsAsItWas) { EXPECT_EQ(look(), as_it_was); }

// Where a record's sealed value lies in the file.
std::size_t offset_of(const std::string& directory, std::uint64_t index, std::size_t& size) {
  auto env = LmdbEnv::open(directory, 1 << 26);
  LmdbTxn txn;
  EXPECT_TRUE((*env)->begin_read(txn));
  const auto dbi = (*env)->database(txn, "log", MDB_INTEGERKEY);
  const IntegerKey key{LogIndex{index}};
  std::optional<std::string_view> value;
  EXPECT_EQ(txn.get(*dbi, key.bytes(), value), 0);
  size = value->size();
  return file_bytes(directory + "/data.mdb").find(*value);
}

TEST_F(DamageTest, AChangedRecordIsNamedWhenItIsRead) {
  for (const std::uint64_t index : {1u, 10u, 50u, 85u}) {
    std::size_t size = 0;
    const std::size_t at = offset_of(options.directory, index, size);
    const std::string whole = file_bytes(data_path());
    for (const std::size_t inside : {std::size_t{0}, size / 2, size - 1}) {
      std::string bytes = whole;
      bytes[at + inside] = static_cast<char>(bytes[at + inside] ^ 0x10);
      write_data(bytes);
      const auto log = LmdbLog::open(options);
      ASSERT_TRUE(log) << log.refusal().text;
      const auto read = (*log)->read(LogIndex{index}, {});
      ASSERT_FALSE(read);
      EXPECT_EQ(read.refusal().code, Errc::fault);
      EXPECT_NE(read.refusal().text.find("record " + std::to_string(index) + ":"), std::string::npos);
    }
    write_data(whole);
  }
}

TEST_F(DamageTest, AChangedRecordNearTheEndKeepsTheLogFromOpening) {
  for (const std::uint64_t index : {kRecords - 60, kRecords}) {
    std::size_t size = 0;
    const std::size_t at = offset_of(options.directory, index, size);
    const std::string whole = file_bytes(data_path());
    std::string bytes = whole;
    bytes[at + size / 2] = static_cast<char>(bytes[at + size / 2] ^ 1);
    write_data(bytes);
    const auto log = LmdbLog::open(options);
    ASSERT_FALSE(log);
    EXPECT_NE(log.refusal().text.find("record " + std::to_string(index) + ":"), std::string::npos);
    write_data(whole);
  }
}

TEST_F(DamageTest, AMovedOrMissingRecordIsNoticed) {
  for (const bool move : {true, false}) {
    const std::string whole = file_bytes(data_path());
    {
      auto env = LmdbEnv::open(options.directory, 1 << 26);
      LmdbTxn txn;
      ASSERT_TRUE((*env)->begin_write(txn));
      const auto dbi = (*env)->database(txn, "log", MDB_INTEGERKEY);
      const IntegerKey from{LogIndex{3}};
      const IntegerKey to{LogIndex{4}};
      std::optional<std::string_view> value;
      ASSERT_EQ(txn.get(*dbi, from.bytes(), value), 0);
      const std::string copy{*value};
      ASSERT_EQ(move ? txn.put(*dbi, to.bytes(), copy) : txn.del(*dbi, to.bytes()), 0);
      ASSERT_TRUE((*env)->commit(txn));
    }
    EXPECT_EQ(look(), refused);
    write_data(whole);
  }
}

TEST_F(DamageTest, AFlippedByteAnywhereIsNeverServedAsTruth) {
  const std::string whole = file_bytes(data_path());
  SeededRng rng{20260101};
  std::map<Outcome, int> outcomes;
  for (std::size_t page = 0; page < whole.size() / kPage; ++page) {
    // LMDB's page header and the start of its node table; then anywhere.
    for (const std::size_t at :
         {std::size_t{9}, std::size_t{13}, std::size_t{17}, rng.below(kPage), rng.below(kPage)}) {
      std::string bytes = whole;
      char& byte = bytes[page * kPage + at];
      byte = static_cast<char>(byte ^ (1 << rng.below(8)));
      write_data(bytes);
      const Outcome outcome = look();
      EXPECT_NE(outcome, wrong) << "page " << page << " byte " << at;
      ++outcomes[outcome];
    }
  }
  EXPECT_GT(outcomes[refused], 0);
  RecordProperty("as_it_was", outcomes[as_it_was]);
  RecordProperty("refused", outcomes[refused]);
  RecordProperty("died", outcomes[died]);
  EXPECT_LT(outcomes[died], outcomes[refused]) << "LMDB trusts its page structure, but mostly we must answer";
}

TEST_F(DamageTest, ATornFileIsRefusedNotTouched) {
  const std::string whole = file_bytes(data_path());
  for (std::size_t size = whole.size() - 1; size > 0; size -= std::min<std::size_t>(size, 3 * kPage + 700)) {
    write_data(whole.substr(0, size));
    const Outcome outcome = look();
    EXPECT_TRUE(outcome == refused || outcome == as_it_was) << size << ": " << outcome;
    if (outcome == refused) {
      EXPECT_EQ(std::filesystem::file_size(data_path()), size);
    }
  }
}

TEST_F(DamageTest, ADamagedPayloadKeyIsAFaultAndALostOneKeepsTheLogFromOpening) {
  const std::string path = directory.path("log/payload.keys");
  std::string keys = file_bytes(path);
  keys[20] = static_cast<char>(keys[20] ^ 1);
  std::ofstream{path, std::ios::binary | std::ios::trunc} << keys;
  EXPECT_EQ(look(), refused);
  std::filesystem::remove(path);
  EXPECT_FALSE(LmdbLog::open(options));
}

// Power loss in the middle of a commit: any subset of its data pages has reached the disk, its meta page has not.
TEST_F(DamageTest, ACommitCutByPowerLossLeavesTheLogAsItWasBefore) {
  SeededRng rng{7};
  for (int round = 0; round < 40; ++round) {
    const std::string before = file_bytes(data_path());
    {
      auto log = LmdbLog::open(options);
      ASSERT_TRUE(log);
      ASSERT_TRUE((*log)->append(group_of({maker.make(1 + static_cast<int>(rng.below(80)), 100), maker.make()})));
    }
    const std::string after = file_bytes(data_path());
    std::string cut = before;
    cut.resize(std::max(before.size(), after.size()), '\0');
    for (std::size_t at = 2 * kPage; at < after.size(); at += kPage) {
      if (rng.below(2) == 0) cut.replace(at, kPage, after, at, kPage);
    }
    write_data(cut);
    ASSERT_EQ(look(), as_it_was) << round;
    write_data(after);
    for (const RecordPtr& record : read_all(*open_lmdb(directory))) {
      if (record->index() > records.size()) records.push_back(record->SerializeAsString());
    }
    ASSERT_EQ(look(), as_it_was) << round;
  }
}

}  // namespace
}  // namespace skein
