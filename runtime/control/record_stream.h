// RecordStream: the log as batches of records, from an index on, filtered, optionally for ever.
//
// No gap and no repeat: every batch says where to go on, also when the filter left nothing of the records before it.
// Without follow it ends where the log ended when it was asked for. Threads: blocks the caller's.
#pragma once
#include <functional>

#include "actors/ports/gateway.h"
#include "events/proto/control.pb.h"

namespace skein {

struct RecordSink {
  std::function<bool(const control::RecordBatch&)> send;  // false: the asker has gone
  std::function<bool()> gone;
};

Result<void> stream_batches(Gateway& gateway, const control::SubscribeRequest& request, const RecordSink& sink);

}  // namespace skein
