// The golden file: records as version 1 wrote them, sealed values and all, which every later version must read.
//
// Layout: 32 bytes of data key, then for each record: index (8, little-endian), size (4), the sealed value as it lies
// in LMDB's `log`. Written once with `store_test --write-golden FILE`, committed, never written again.
#pragma once
#include <string>
#include <vector>

#include "events/store/event_log.h"

namespace skein {

std::vector<RecordPtr> golden_records();
bool write_golden_records(const std::string& path);

}  // namespace skein
