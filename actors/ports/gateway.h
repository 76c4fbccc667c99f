// Gateway: how threads outside the actor system (engine API, control socket) use the cluster. A port: no CAF here.
//
// Blocking calls for foreign threads; never call one from an actor. Every call may be made from any thread at once.
// A Gateway exists while this node is a manager of a swarm.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/base/clock.h"
#include "events/base/result.h"
#include "events/proto/commands.pb.h"
#include "events/proto/record.pb.h"
#include "events/store/event_log.h"
#include "events/views/view.h"

namespace skein {

// Who asks, and with what: becomes the record's origin.
struct Caller {
  std::string principal;  // "root (uid 0)"
  std::string via;        // "docker/28.2.2", "skein/0.1.0"
};

// A moment of the past: a log index or a time.
using Moment = std::variant<LogIndex, WallTime>;

// Reads the log in order, waiting at its end. One thread at a time. Holds no resources between calls.
class LogTail {
 public:
  virtual ~LogTail() = default;
  // The next committed records, at most a bounded batch; empty when `wait` passed without one. Errc::fault: the log
  // cannot be read at an index, which the text names.
  virtual Result<std::vector<RecordPtr>> next(std::chrono::milliseconds wait) = 0;
};

struct ReplayReport {
  std::uint64_t records = 0;
  std::uint64_t events = 0;
  double seconds = 0;
  std::string replayed_digest;  // state digest after replaying everything up to `index`
  std::string live_digest;      // the live View's at the same index
  LogIndex index;
};

class Gateway {
 public:
  virtual ~Gateway() = default;

  // Decides, commits, folds: when this returns an accepted outcome, read() already shows it. A refusal is an Outcome
  // with its code and text. Repeating a command id returns the first outcome.
  virtual Outcome submit(Command command, const Caller& caller) = 0;

  // Runs `reader` against the live View, at least as new as any outcome returned before. Keep it short: it runs on
  // the view actor's time. Take shared_ptrs out, do the work afterwards.
  virtual void read(const std::function<void(const View&)>& reader) = 0;
  // The same against the View as it was. Refused: before the beginning, in the future, log unreadable.
  virtual Result<void> read_at(Moment moment, const std::function<void(const View&)>& reader) = 0;

  virtual std::unique_ptr<LogTail> tail(LogIndex from) = 0;
  virtual Result<RecordPtr> record(LogIndex index) = 0;
  // The payload an event refers to (join tokens, config data ...). The caller keeps secrets secret.
  virtual Result<std::string> payload(const std::string& digest) = 0;

  // The chain from first to last: the number of records verified, or the first index that is not intact.
  virtual Result<std::uint64_t> verify() = 0;
  virtual Result<ReplayReport> replay() = 0;

  virtual std::string node_id() const = 0;
  virtual bool is_leader() const = 0;
};

}  // namespace skein
