// ControlClient: the calls of events/proto/control.proto over the daemon's control socket, as Results.
//
// Answers that come in several messages are put together. A refused command is a Refusal with its Errc. When nobody
// answers on the socket: unavailable, "Cannot connect to the Skein daemon at unix://... . Is skeind running?".
// Threads: any at once. Streams block the caller until they end, or until the callback returns false.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "events/base/result.h"
#include "events/proto/commands.pb.h"
#include "events/proto/control.pb.h"

namespace skein::cli {

struct WhyReport {
  std::string id, name;
  std::vector<control::WhyStep> steps;
  bool cut_short = false;
};

class ControlClient {
 public:
  // invalid: not "unix://PATH". Connects with the first call.
  static Result<std::unique_ptr<ControlClient>> to(const std::string& host);
  // Over a connected unix socket, which it takes over.
  static std::unique_ptr<ControlClient> over(int connected_fd);
  ~ControlClient();

  Result<Outcome> submit(Command command);
  Result<control::Answer> ask(const control::Question& question);
  Result<void> subscribe(const control::SubscribeRequest& request,
                         const std::function<bool(const control::RecordBatch&)>& take);
  Result<control::VerifyReport> verify();
  Result<control::ReplayReport> replay();
  Result<WhyReport> why(const control::WhyRequest& request);
  Result<std::string> swarm_init(const control::SwarmInitRequest& request);
  Result<void> swarm_leave(bool force);
  Result<control::NodeStateReply> node_state();
  Result<void> task_logs(const control::LogsRequest& request,
                         const std::function<bool(const control::LogBatch&)>& take);

 private:
  struct State;
  explicit ControlClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skein::cli
