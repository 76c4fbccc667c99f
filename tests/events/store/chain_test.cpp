// The chain of digests and the canonical bytes it covers.
#include "events/store/chain.h"

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "events/store/lmdb_codec.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

std::string canonical(const Record& record) {
  std::string out;
  append_canonical(record, out);
  return out;
}

TEST(Chain, CanonicalBytesAreTheRecordWithoutItsDigest) {
  Record record = *RecordMaker{}.make(3);
  Record bare = record;
  bare.clear_digest();
  EXPECT_EQ(canonical(record), bare.SerializeAsString());
  EXPECT_EQ(canonical(bare), bare.SerializeAsString());
  record.set_digest(std::string(300, 'd'));  // a length of two bytes
  EXPECT_EQ(canonical(record), bare.SerializeAsString());
  EXPECT_EQ(canonical(Record{}), "");
}

TEST(Chain, FieldsOfLaterVersionsAreCovered) {
  Record record = *RecordMaker{}.make(1);
  const std::string before = chain_digest(chain_start(), record);
  record.GetReflection()->MutableUnknownFields(&record)->AddVarint(99, 7);
  EXPECT_NE(chain_digest(chain_start(), record), before);
  Record bare = record;
  bare.clear_digest();
  EXPECT_EQ(canonical(record), bare.SerializeAsString());
}

TEST(Chain, TheDigestDoesNotDependOnTheDigestInTheRecord) {
  Record record = *RecordMaker{}.make(2);
  const std::string digest = record.digest();
  record.clear_digest();
  EXPECT_EQ(chain_digest(chain_start(), record), digest);
  EXPECT_NE(chain_digest(digest, record), digest);
}

TEST(Chain, Sha256IsTheStandards) {  // FIPS 180-4, example "abc"
  const std::string expected{
      "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
      "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
      32};
  EXPECT_EQ(view(sha256("abc")), expected);
  EXPECT_EQ(view(sha256("a", "bc")), expected);
}

TEST(Codec, HardStateAndPositionComeBackAndNothingShorterDoes) {
  const HardState state{Term{7}, "peer", LogIndex{99}, std::string{"m\0x", 3}};
  const std::string bytes = encode_hard_state(state);
  EXPECT_EQ(decode_hard_state(bytes), state);
  const LogPosition position{LogIndex{5}, Term{6}, -7, std::string(32, 'd')};
  EXPECT_EQ(decode_position(encode_position(position)), position);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(decode_hard_state(std::string_view{bytes}.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(decode_hard_state(bytes + "x"), std::nullopt);
}

TEST(Codec, ARecordDecodesOnlyInItsPlace) {
  RecordMaker maker;
  const RecordPtr first = maker.make(2);
  const RecordPtr second = maker.make(2);
  std::string plain;
  encode_record(*second, plain);
  EXPECT_EQ(decode_record(LogIndex{2}, first->digest(), plain)->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(decode_record(LogIndex{2}, chain_start(), plain), nullptr);
  EXPECT_EQ(decode_record(LogIndex{3}, first->digest(), plain), nullptr);
  for (std::size_t size = 0; size < plain.size(); ++size)
    EXPECT_EQ(decode_record(LogIndex{2}, first->digest(), std::string_view{plain}.substr(0, size)), nullptr) << size;
  EXPECT_EQ(*decode_head(LogIndex{2}, plain), position_of(*second));
}

TEST(Codec, SnapshotChunksSortByIndexThenNumber) {
  EXPECT_LT(ChunkKey(LogIndex{255}, 9).bytes(), ChunkKey(LogIndex{256}, 0).bytes());
  EXPECT_LT(ChunkKey(LogIndex{256}, 255).bytes(), ChunkKey(LogIndex{256}, 256).bytes());
  const ChunkKey key{LogIndex{0x1122334455667788}, 0x99aabbcc};
  EXPECT_EQ(ChunkKey::index_of(key.bytes()), LogIndex{0x1122334455667788});
  EXPECT_EQ(ChunkKey::chunk_of(key.bytes()), 0x99aabbccu);
}

}  // namespace
}  // namespace skein
