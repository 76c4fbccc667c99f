// What version 1 wrote is read for ever: bytes, digests and meaning.
#include <gtest/gtest.h>

#include "events/store/chain.h"
#include "events/store/lmdb_codec.h"
#include "events/store/sealing.h"
#include "events/store/upcast.h"
#include "tests/events/store/golden_records.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

std::vector<RecordPtr> decode_golden() {
  const std::string bytes = file_bytes(SKEIN_TEST_DATA "/golden/records-v1.bin");
  std::string_view rest = bytes;
  const Sealer sealer{DataKey::from_bytes(rest.substr(0, DataKey::kBytes))};
  rest.remove_prefix(DataKey::kBytes);
  std::vector<RecordPtr> out;
  std::string previous = chain_start();
  std::string plain;
  while (!rest.empty()) {
    const std::string_view key = rest.substr(0, 8);
    const std::size_t size = decode_u32(rest.substr(8));
    EXPECT_TRUE(sealer.unseal({"log", key}, rest.substr(12, size), plain));
    out.push_back(decode_record(LogIndex{decode_u64(key)}, previous, plain));
    if (out.back() == nullptr) return out;
    previous = out.back()->digest();
    rest.remove_prefix(12 + size);
  }
  return out;
}

TEST(Golden, RecordsOfVersionOneVerifyAndMeanWhatTheyMeant) {
  const auto records = decode_golden();
  const auto meant = golden_records();
  ASSERT_EQ(records.size(), meant.size());
  for (std::size_t i = 0; i < meant.size(); ++i) {
    ASSERT_NE(records[i], nullptr) << i;
    EXPECT_EQ(records[i]->SerializeAsString(), meant[i]->SerializeAsString()) << i;
    EXPECT_TRUE(check_kinds(*records[i])) << i;
  }
}

// The chain itself is frozen: the same history has the same last digest on every version and every machine.
TEST(Golden, TheDigestOfTheGoldenHistoryNeverChanges) {
  std::string hex;
  const RecordPtr last = golden_records().back();
  for (const char byte : last->digest()) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[byte & 15];
  }
  EXPECT_EQ(hex, "49d316121166b54d86f19109c1e2b79df6a10403d06b768ca32535e90f327aba");
}

}  // namespace
}  // namespace skein
