// ControlService: the calls of events/proto/control.proto, answered from a Gateway and the node's own ports.
//
// Each call finds out who asks from the connection it came over (Principals); a connection that was never admitted is
// refused. gRPC runs every call on a thread of its pool, so calls may block; streams end when the caller goes or after
// end_streams(). Refusals become statuses (status.h). Threads: any at once.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "actors/ports/gateway.h"
#include "events/base/rng.h"
#include "events/proto/control.grpc.pb.h"
#include "runtime/api/node_control.h"
#include "runtime/containers/container_directory.h"
#include "runtime/control/principals.h"

namespace skein {

class ControlService final : public control::Control::Service {
 public:
  struct Ports {
    std::function<std::shared_ptr<Gateway>()> gateway;
    NodeControl& node;
    const ContainerDirectory& containers;
    Rng& rng;
    std::mutex& rng_mutex;
    const Principals& principals;
  };
  explicit ControlService(Ports ports) : ports_{std::move(ports)} {}
  void end_streams() { ending_ = true; }

  grpc::Status Submit(grpc::ServerContext* context, const control::SubmitRequest* request, Outcome* reply) override;
  grpc::Status Query(grpc::ServerContext* context, const control::Question* request,
                     grpc::ServerWriter<control::Answer>* out) override;
  grpc::Status Subscribe(grpc::ServerContext* context, const control::SubscribeRequest* request,
                         grpc::ServerWriter<control::RecordBatch>* out) override;
  grpc::Status Verify(grpc::ServerContext* context, const control::VerifyRequest* request,
                      control::VerifyReport* reply) override;
  grpc::Status Replay(grpc::ServerContext* context, const control::ReplayRequest* request,
                      control::ReplayReport* reply) override;
  grpc::Status Why(grpc::ServerContext* context, const control::WhyRequest* request,
                   grpc::ServerWriter<control::WhySteps>* out) override;
  grpc::Status SwarmInit(grpc::ServerContext* context, const control::SwarmInitRequest* request,
                         control::SwarmInitReply* reply) override;
  grpc::Status SwarmLeave(grpc::ServerContext* context, const control::SwarmLeaveRequest* request,
                          control::SwarmLeaveReply* reply) override;
  grpc::Status NodeState(grpc::ServerContext* context, const control::NodeStateRequest* request,
                         control::NodeStateReply* reply) override;
  grpc::Status TaskLogs(grpc::ServerContext* context, const control::LogsRequest* request,
                        grpc::ServerWriter<control::LogBatch>* out) override;

 private:
  Result<Caller> caller_of(const grpc::ServerContext& context) const;
  Result<std::shared_ptr<Gateway>> gateway_for(const grpc::ServerContext& context) const;
  // The caller has gone, the daemon is stopping, or this node is no longer the manager it was.
  std::function<bool()> gone(const grpc::ServerContext& context, const std::shared_ptr<Gateway>& gateway) const;
  grpc::Status end_of_stream(const Result<void>& done, const std::shared_ptr<Gateway>& gateway) const;
  Command complete(Gateway& gateway, Command command);
  Result<void> answer(Gateway& gateway, const control::Question& question, grpc::ServerWriter<control::Answer>& out);

  Ports ports_;
  std::atomic<bool> ending_{false};
};

}  // namespace skein
