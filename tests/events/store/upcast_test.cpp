// Old kinds are lifted where they are folded, unknown kinds refused.
#include "events/store/upcast.h"

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "events/store/memory_log.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

TEST(Upcast, UnknownKindsAreRefusedByIndexAndNumberUnlessIgnorable) {
  Record record = *RecordMaker{}.make(2);
  EXPECT_TRUE(check_kinds(record));
  Event& event = *record.mutable_events(1);
  event.clear_body();
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(77, "?");
  EXPECT_TRUE(is_unknown_kind(event));
  const auto refused = check_kinds(record);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().text,
            "record 1 holds an event of kind 77, which this version of skein does not know; start a newer version");
  event.set_ignorable(true);
  EXPECT_TRUE(check_kinds(record));
}

TEST(Upcast, AnEventWithoutAnyKindIsDamage) {
  Record record = *RecordMaker{}.make(1);
  record.mutable_events(0)->clear_body();
  EXPECT_NE(check_kinds(record).refusal().text.find("without a kind"), std::string::npos);
}

TEST(Upcast, RecordsWithNothingOldAreHandedThroughUncopied) {
  Upcasters upcasters;
  const RecordPtr record = RecordMaker{}.make();
  EXPECT_EQ(upcasters.lift(record), record);
  upcasters.add(Event::kTaskReaped, [](const Event& old, const Record&) { return old; });
  EXPECT_EQ(upcasters.lift(record), record);
}

TEST(Upcast, OldKindsAreLiftedStepByStepAndTheStoredRecordIsLeftAlone) {
  Upcasters upcasters;
  upcasters.add(Event::kTaskHeldBack, [](const Event& old, const Record& in) {
    Event lifted = old;
    lifted.mutable_task_assigned()->set_node_id("node" + std::to_string(in.index()));
    return lifted;
  });
  upcasters.add(Event::kTaskAssigned, [](const Event& old, const Record&) {
    Event lifted = old;
    lifted.mutable_network_created()->set_vni(static_cast<std::uint32_t>(old.task_assigned().node_id().size()));
    return lifted;
  });
  const RecordPtr record = RecordMaker{}.make(1);
  const std::string before = record->SerializeAsString();
  const RecordPtr lifted = upcasters.lift(record);
  EXPECT_EQ(lifted->events(0).network_created().vni(), 5u);
  EXPECT_EQ(lifted->events(0).id(), record->events(0).id());
  EXPECT_EQ(record->SerializeAsString(), before);
}

TEST(UpcastDeathTest, ACircleOfUpcastersIsABug) {
  Upcasters upcasters;
  upcasters.add(Event::kTaskHeldBack, [](const Event& old, const Record&) { return old; });
  const RecordPtr record = RecordMaker{}.make(1);
  EXPECT_DEATH((void)upcasters.lift(record), "circle");
}

}  // namespace
}  // namespace skein
