#include "tools/skein/control_client.h"

#include <fcntl.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/security/credentials.h>

#include <filesystem>
#include <utility>

#include "events/proto/control.grpc.pb.h"
#include "runtime/control/status.h"

namespace skein::cli {
namespace {

constexpr std::string_view kUnix = "unix://";

grpc::ChannelArguments arguments() {
  grpc::ChannelArguments out;
  out.SetUserAgentPrefix("skein/" SKEIN_VERSION);
  out.SetMaxReceiveMessageSize(-1);  // the daemon bounds its messages
  out.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return out;
}

// Takes what a stream gives until it ends or `take` has had enough.
template <class Message>
grpc::Status drain(grpc::ClientContext& context, grpc::ClientReader<Message>& reader,
                   const std::function<bool(const Message&)>& take) {
  Message message;
  while (reader.Read(&message)) {
    if (take(message)) continue;
    context.TryCancel();
    while (reader.Read(&message)) {
    }
    static_cast<void>(reader.Finish());
    return grpc::Status::OK;
  }
  return reader.Finish();
}

}  // namespace

struct ControlClient::State {
  State(std::string its_host, const std::shared_ptr<grpc::Channel>& channel)
      : host{std::move(its_host)}, stub{control::Control::NewStub(channel)} {}

  Refusal refusal(const grpc::Status& status) const {
    // A refusal of the daemon's own says more; without one, nobody was there to refuse.
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE && status.error_details().empty())
      return {Errc::unavailable, "Cannot connect to the Skein daemon at " + host + ". Is skeind running?"};
    return to_refusal(status);
  }
  Result<void> result(const grpc::Status& status) const {
    if (!status.ok()) return refusal(status);
    return {};
  }

  const std::string host;
  const std::unique_ptr<control::Control::Stub> stub;
};

ControlClient::ControlClient(std::unique_ptr<State> state) : state_{std::move(state)} {}
ControlClient::~ControlClient() = default;

Result<std::unique_ptr<ControlClient>> ControlClient::to(const std::string& host) {
  if (!host.starts_with(kUnix) || host.size() == kUnix.size())
    return Refusal{Errc::invalid, "unable to parse host \"" + host + "\": use unix://PATH"};
  const std::string path = std::filesystem::absolute(host.substr(kUnix.size())).string();
  const auto channel = grpc::CreateCustomChannel("unix://" + path, grpc::InsecureChannelCredentials(), arguments());
  return std::unique_ptr<ControlClient>{new ControlClient{std::make_unique<State>(host, channel)}};
}

std::unique_ptr<ControlClient> ControlClient::over(int connected_fd) {
  ::fcntl(connected_fd, F_SETFL, ::fcntl(connected_fd, F_GETFL) | O_NONBLOCK);
  const auto channel = grpc::CreateCustomInsecureChannelFromFd("skein", connected_fd, arguments());
  return std::unique_ptr<ControlClient>{new ControlClient{std::make_unique<State>("a connected socket", channel)}};
}

Result<Outcome> ControlClient::submit(Command command) {
  grpc::ClientContext context;
  control::SubmitRequest request;
  *request.mutable_command() = std::move(command);
  Outcome outcome;
  const grpc::Status status = state_->stub->Submit(&context, request, &outcome);
  if (!status.ok()) return state_->refusal(status);
  if (outcome.code() != 0) return Refusal{static_cast<Errc>(outcome.code()), outcome.text()};
  return outcome;
}

Result<control::Answer> ControlClient::ask(const control::Question& question) {
  grpc::ClientContext context;
  control::Answer whole;
  const auto reader = state_->stub->Query(&context, question);
  const grpc::Status status = drain<control::Answer>(context, *reader, [&](const control::Answer& page) {
    whole.MergeFrom(page);
    return true;
  });
  if (!status.ok()) return state_->refusal(status);
  return whole;
}

Result<void> ControlClient::subscribe(const control::SubscribeRequest& request,
                                      const std::function<bool(const control::RecordBatch&)>& take) {
  grpc::ClientContext context;
  const auto reader = state_->stub->Subscribe(&context, request);
  return state_->result(drain<control::RecordBatch>(context, *reader, take));
}

Result<control::VerifyReport> ControlClient::verify() {
  grpc::ClientContext context;
  control::VerifyReport report;
  const grpc::Status status = state_->stub->Verify(&context, {}, &report);
  if (!status.ok()) return state_->refusal(status);
  return report;
}

Result<control::ReplayReport> ControlClient::replay() {
  grpc::ClientContext context;
  control::ReplayReport report;
  const grpc::Status status = state_->stub->Replay(&context, {}, &report);
  if (!status.ok()) return state_->refusal(status);
  return report;
}

Result<WhyReport> ControlClient::why(const control::WhyRequest& request) {
  grpc::ClientContext context;
  WhyReport report;
  const auto reader = state_->stub->Why(&context, request);
  const grpc::Status status = drain<control::WhySteps>(context, *reader, [&](const control::WhySteps& page) {
    if (!page.id().empty()) report.id = page.id();
    if (!page.name().empty()) report.name = page.name();
    report.cut_short = report.cut_short || page.cut_short();
    report.steps.insert(report.steps.end(), page.steps().begin(), page.steps().end());
    return true;
  });
  if (!status.ok()) return state_->refusal(status);
  return report;
}

Result<std::string> ControlClient::swarm_init(const control::SwarmInitRequest& request) {
  grpc::ClientContext context;
  control::SwarmInitReply reply;
  const grpc::Status status = state_->stub->SwarmInit(&context, request, &reply);
  if (!status.ok()) return state_->refusal(status);
  return reply.node_id();
}

Result<void> ControlClient::swarm_leave(bool force) {
  grpc::ClientContext context;
  control::SwarmLeaveRequest request;
  request.set_force(force);
  control::SwarmLeaveReply reply;
  return state_->result(state_->stub->SwarmLeave(&context, request, &reply));
}

Result<control::NodeStateReply> ControlClient::node_state() {
  grpc::ClientContext context;
  control::NodeStateReply reply;
  const grpc::Status status = state_->stub->NodeState(&context, {}, &reply);
  if (!status.ok()) return state_->refusal(status);
  return reply;
}

Result<void> ControlClient::task_logs(const control::LogsRequest& request,
                                      const std::function<bool(const control::LogBatch&)>& take) {
  grpc::ClientContext context;
  const auto reader = state_->stub->TaskLogs(&context, request);
  return state_->result(drain<control::LogBatch>(context, *reader, take));
}

}  // namespace skein::cli
