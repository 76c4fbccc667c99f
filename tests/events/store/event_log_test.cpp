// The promises of EventLog, kept by every implementation alike.
#include "events/store/event_log.h"

#include <gtest/gtest.h>

#include "events/store/chain.h"
#include "events/store/memory_log.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

enum class Kind { memory, lmdb };

class EventLogTest : public testing::TestWithParam<Kind> {
 protected:
  EventLogTest() { open(); }
  void open() {
    if (GetParam() == Kind::lmdb) {
      log.reset();
      log = open_lmdb(directory);
    } else if (log == nullptr) {
      log = std::make_unique<MemoryLog>();
    }
  }
  void append(std::vector<RecordPtr> records) { ASSERT_TRUE(log->append(group_of(std::move(records)))); }

  ScratchDirectory directory;
  std::unique_ptr<EventLog> log;
  RecordMaker maker;
};

INSTANTIATE_TEST_SUITE_P(Kinds, EventLogTest, testing::Values(Kind::memory, Kind::lmdb),
                         [](const auto& kind) { return kind.param == Kind::memory ? "Memory" : "Lmdb"; });

TEST_P(EventLogTest, AnEmptyLogStartsTheChain) {
  EXPECT_EQ(log->first(), LogIndex{1});
  EXPECT_EQ(log->last(), LogIndex{0});
  EXPECT_EQ(log->last_term(), Term{0});
  EXPECT_EQ(log->last_digest(), chain_start());
  EXPECT_EQ(log->hard_state(), HardState{});
  EXPECT_TRUE(log->read(LogIndex{1}, {})->empty());
  EXPECT_EQ(*log->index_at(1'000'000), LogIndex{0});
  EXPECT_EQ(*log->term_at(LogIndex{0}), Term{0});
}

TEST_P(EventLogTest, WhatWasAppendedIsReadAsItWas) {
  const auto records = maker.make_many(10);
  append({records.begin(), records.begin() + 3});
  append({records.begin() + 3, records.end()});
  open();
  const auto back = read_all(*log);
  ASSERT_EQ(back.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(back[i]->SerializeAsString(), records[i]->SerializeAsString());
  EXPECT_EQ(log->last(), LogIndex{10});
  EXPECT_EQ(log->last_digest(), records.back()->digest());
}

TEST_P(EventLogTest, ReadsAreBoundedByRecordsAndBytesButNeverEmptyBeforeTheEnd) {
  append({maker.make(1, 1000), maker.make(1, 1000), maker.make(1, 1000), maker.make(1, 50'000)});
  EXPECT_EQ(log->read(LogIndex{1}, {.records_max = 2})->size(), 2u);
  EXPECT_EQ(log->read(LogIndex{1}, {.records_max = 10, .bytes_max = 2500})->size(), 2u);
  EXPECT_EQ(log->read(LogIndex{4}, {.records_max = 10, .bytes_max = 10})->size(), 1u);
  EXPECT_EQ(log->read(LogIndex{3}, {})->size(), 2u);
  EXPECT_TRUE(log->read(LogIndex{5}, {})->empty());
  EXPECT_TRUE(log->read(LogIndex{500}, {})->empty());
}

TEST_P(EventLogTest, ThereIsNoRecordZero) {
  append({maker.make()});
  const auto read = log->read(LogIndex{0}, {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.refusal().code, Errc::not_found);
}

TEST_P(EventLogTest, TruncationDropsTheSuffixAndTheLogGoesOnFromThere) {
  const auto old = maker.make_many(6);
  append(old);
  maker.rewind_to(*old[2]);
  maker.set_term(7);
  AppendGroup group = group_of({maker.make(), maker.make()});
  group.truncate_from = LogIndex{4};
  ASSERT_TRUE(log->append(group));
  open();
  const auto back = read_all(*log);
  ASSERT_EQ(back.size(), 5u);
  EXPECT_EQ(back[2]->digest(), old[2]->digest());
  EXPECT_EQ(back[3]->term(), 7u);
  EXPECT_EQ(log->last_term(), Term{7});
  EXPECT_EQ(*log->term_at(LogIndex{3}), Term{1});
  EXPECT_EQ(*log->term_at(LogIndex{4}), Term{7});
}

TEST_P(EventLogTest, TruncatingEverythingEmptiesTheLog) {
  append(maker.make_many(3));
  AppendGroup group;
  group.truncate_from = LogIndex{1};
  ASSERT_TRUE(log->append(group));
  open();
  EXPECT_EQ(log->last(), LogIndex{0});
  EXPECT_EQ(log->last_digest(), chain_start());
}

TEST_P(EventLogTest, TruncatingPastTheEndChangesNothing) {
  append(maker.make_many(3));
  AppendGroup group = group_of({maker.make()});
  group.truncate_from = LogIndex{4};
  ASSERT_TRUE(log->append(group));
  EXPECT_EQ(log->last(), LogIndex{4});
}

TEST_P(EventLogTest, HardStateIsKeptWithTheRecordsItVouchesFor) {
  AppendGroup group = group_of({maker.make()});
  group.hard_state = HardState{Term{3}, "peer2", LogIndex{1}, std::string{"\0members", 8}};
  ASSERT_TRUE(log->append(group));
  append({maker.make()});  // none given: the old one stays
  open();
  EXPECT_EQ(log->hard_state(), *group.hard_state);
}

TEST_P(EventLogTest, IndexAtIsTheLastRecordNotLaterThanTheTime) {
  append(maker.make_many(20));  // times 10, 20 ... 200
  for (std::int64_t time = 0; time <= 220; time += 5)
    EXPECT_EQ(*log->index_at(time), LogIndex{static_cast<std::uint64_t>(std::min<std::int64_t>(time / 10, 20))})
        << time;
  EXPECT_EQ(*log->index_at(-1), LogIndex{0});
}

TEST_P(EventLogTest, TermsOutsideTheLogAreNotFound) {
  append(maker.make_many(2));
  EXPECT_EQ(log->term_at(LogIndex{3}).refusal().code, Errc::not_found);
}

TEST_P(EventLogTest, AnErasedPayloadIsGoneAndTheChainStillVerifies) {
  AppendGroup group = group_of({maker.make()});
  group.payloads = {payload_of("salt1", "secret one"), payload_of("salt2", std::string(300'000, 's'))};
  ASSERT_TRUE(log->append(group));
  open();
  EXPECT_EQ(log->payload(group.payloads[0].digest())->data(), "secret one");
  EXPECT_EQ(log->payload(group.payloads[1].digest())->data().size(), 300'000u);
  ASSERT_TRUE(log->erase_payload(group.payloads[0].digest()));
  open();
  EXPECT_EQ(log->payload(group.payloads[0].digest()).refusal().code, Errc::not_found);
  EXPECT_TRUE(log->payload(group.payloads[1].digest()));
  EXPECT_EQ(read_all(*log).size(), 1u);
}

TEST_P(EventLogTest, ErasingTwiceOrWhatNeverWasIsFine) {
  const Payload payload = payload_of("salt", "data");
  AppendGroup group;
  group.payloads = {payload};
  ASSERT_TRUE(log->append(group));
  EXPECT_TRUE(log->erase_payload(payload.digest()));
  EXPECT_TRUE(log->erase_payload(payload.digest()));
  EXPECT_EQ(log->payload(std::string{}).refusal().code, Errc::not_found);
  ASSERT_TRUE(log->append(group));  // and it may come again
  EXPECT_EQ(log->payload(payload.digest())->data(), "data");
}

TEST_P(EventLogTest, APayloadThatIsNotWhatItsDigestSaysIsRefusedWithItsGroup) {
  AppendGroup group = group_of({maker.make()});
  group.payloads = {payload_of("salt", "data")};
  group.payloads[0].set_data("other data");
  EXPECT_EQ(log->append(group).refusal().code, Errc::invalid);
  EXPECT_EQ(log->last(), LogIndex{0});
}

TEST_P(EventLogTest, SnapshotsAreFoundByIndexAndSeveralAreKept) {
  EXPECT_EQ(*log->snapshot_before(LogIndex{100}), nullptr);
  for (const std::uint64_t index : {10u, 20u, 30u}) ASSERT_TRUE(log->save_snapshot(snapshot_at(index, 3)));
  open();
  EXPECT_EQ(*log->snapshot_before(LogIndex{9}), nullptr);
  EXPECT_EQ((*log->snapshot_before(LogIndex{10}))->index(), 10u);
  EXPECT_EQ((*log->snapshot_before(LogIndex{29}))->index(), 20u);
  EXPECT_EQ((*log->snapshot_before(LogIndex{1000}))->index(), 30u);
  EXPECT_EQ(*log->snapshots(), (std::vector{LogIndex{10}, LogIndex{20}, LogIndex{30}}));
  ASSERT_TRUE(log->drop_snapshot(LogIndex{20}));
  EXPECT_EQ((*log->snapshot_before(LogIndex{29}))->index(), 10u);
}

TEST_P(EventLogTest, ASnapshotSavedAgainReplacesTheOneAtItsIndex) {
  ASSERT_TRUE(log->save_snapshot(snapshot_at(5, 900'000)));
  ASSERT_TRUE(log->save_snapshot(snapshot_at(5, 2)));
  open();
  EXPECT_EQ((*log->snapshot_before(LogIndex{5}))->tasks_size(), 2);
  EXPECT_EQ(log->snapshots()->size(), 1u);
}

TEST_P(EventLogTest, AMillionTasksFitInASnapshot) {
  const Snapshot snapshot = snapshot_at(7, 1'000'000);
  ASSERT_TRUE(log->save_snapshot(snapshot));
  open();
  const auto back = log->snapshot_before(LogIndex{7});
  ASSERT_TRUE(back);
  EXPECT_EQ((*back)->tasks_size(), 1'000'000);
  EXPECT_EQ((*back)->tasks(999'999).id(), "task999999");
}

TEST_P(EventLogTest, DroppingAPrefixKeepsTheChainOfTheRest) {
  const auto records = maker.make_many(25'000);
  append(records);
  ASSERT_TRUE(log->drop_before(LogIndex{24'991}));
  open();
  EXPECT_EQ(log->first(), LogIndex{24'991});
  EXPECT_EQ(log->base().digest, records[24'989]->digest());
  EXPECT_EQ(read_all(*log).size(), 10u);
  EXPECT_EQ(log->read(LogIndex{24'990}, {}).refusal().code, Errc::not_found);
  EXPECT_EQ(*log->term_at(LogIndex{24'990}), Term{1});
  EXPECT_EQ(*log->index_at(records[24'989]->at_ns()), LogIndex{24'990});
  EXPECT_EQ(*log->index_at(records[100]->at_ns()), LogIndex{0});
  append({maker.make()});
  EXPECT_EQ(read_all(*log).size(), 11u);
}

TEST_P(EventLogTest, DroppingEverythingLeavesALogThatGoesOn) {
  append(maker.make_many(5));
  ASSERT_TRUE(log->drop_before(LogIndex{6}));
  open();
  EXPECT_EQ(log->first(), LogIndex{6});
  EXPECT_EQ(log->last(), LogIndex{5});
  append({maker.make()});
  EXPECT_EQ(read_all(*log).size(), 1u);
}

TEST_P(EventLogTest, AnInstalledSnapshotRestartsTheLogAfterIt) {
  append(maker.make_many(3));
  const LogPosition there{LogIndex{1000}, Term{9}, 123'456, std::string(32, 'd')};
  RecordMaker after{there};
  AppendGroup group = group_of({after.make()});
  group.restart_after = there;
  group.hard_state = HardState{Term{9}, "", LogIndex{1000}, "m"};
  ASSERT_TRUE(log->append(group));
  open();
  EXPECT_EQ(log->base(), there);
  EXPECT_EQ(log->first(), LogIndex{1001});
  EXPECT_EQ(log->last(), LogIndex{1001});
  EXPECT_EQ(read_all(*log).size(), 1u);
  EXPECT_EQ(log->hard_state(), *group.hard_state);
}

TEST_P(EventLogTest, EventsOfUnknownKindsAreRefusedAndNothingIsAppended) {
  auto record = std::make_shared<Record>(*maker.make());
  Event& event = *record->mutable_events(0);
  event.clear_body();
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(77, "from the future");
  record->set_digest(chain_digest(chain_start(), *record));
  const auto refused = log->append(group_of({record}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().code, Errc::fault);
  EXPECT_NE(refused.refusal().text.find("kind 77"), std::string::npos);
  EXPECT_EQ(log->last(), LogIndex{0});
  event.set_ignorable(true);
  record->set_digest(chain_digest(chain_start(), *record));
  EXPECT_TRUE(log->append(group_of({record})));
  open();
  EXPECT_EQ(read_all(*log).at(0)->SerializeAsString(), record->SerializeAsString());
}

using EventLogDeathTest = EventLogTest;
INSTANTIATE_TEST_SUITE_P(Kinds, EventLogDeathTest, testing::Values(Kind::memory, Kind::lmdb),
                         [](const auto& kind) { return kind.param == Kind::memory ? "Memory" : "Lmdb"; });

TEST_P(EventLogDeathTest, ARecordThatDoesNotFollowIsABug) {
  const auto records = maker.make_many(3);
  append({records[0]});
  EXPECT_DEATH((void)log->append(group_of({records[2]})), "gap in the log");
  auto early = std::make_shared<Record>(*records[1]);
  early->set_at_ns(1);
  EXPECT_DEATH((void)log->append(group_of({early})), "time falls");
  auto unchained = std::make_shared<Record>(*records[1]);
  unchained->set_digest(std::string(32, 'z'));
  EXPECT_DEATH((void)log->append(group_of({unchained})), "not chained");
  auto old_term = std::make_shared<Record>(*records[1]);
  old_term->set_term(0);
  EXPECT_DEATH((void)log->append(group_of({old_term})), "term falls");
}

}  // namespace
}  // namespace skein
