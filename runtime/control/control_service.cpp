#include "runtime/control/control_service.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/base/ids.h"
#include "runtime/api/random_name.h"
#include "runtime/control/answer_pages.h"
#include "runtime/control/node_state.h"
#include "runtime/control/record_stream.h"
#include "runtime/control/sight.h"
#include "runtime/control/status.h"
#include "runtime/control/task_logs.h"
#include "runtime/control/why.h"

namespace skein {
namespace {

constexpr std::size_t kViaBytesMax = 64;

std::optional<Moment> moment_of(const control::Moment& at) {
  if (at.has_index()) return LogIndex{at.index()};
  if (at.has_time_ns()) return WallTime{at.time_ns()};
  return std::nullopt;
}

// The first word of what the client calls itself: "skein/0.1.0 grpc-c++/1.51.1 ..." -> "skein/0.1.0".
std::string via_of(const grpc::ServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("user-agent");
  if (found == metadata.end()) return "grpc";
  const std::string agent{found->second.data(), found->second.size()};
  return agent.substr(0, std::min(agent.find(' '), kViaBytesMax));
}

grpc::Status status_of(const Result<void>& result) { return result ? grpc::Status::OK : to_status(result.refusal()); }

Result<Sight> sight_of(Gateway& gateway, const control::Question& question) {
  Sight sight;
  const auto reader = [&](const View& view) { sight = look(view, question); };
  const auto at = moment_of(question.at());
  if (!at)
    gateway.read(reader);
  else if (auto read = gateway.read_at(*at, reader); !read)
    return read.refusal();
  return sight;
}

bool is_called(const LocalNetwork& network, const std::string& typed) {
  return typed == network.name || (typed.size() >= 4 && network.id.starts_with(typed));
}

// The machine's own networks, those named or all. A name that one of them has is not missing.
std::vector<LocalNetwork> local_networks_of(const NodeControl& node, const control::Question& question, Sight& sight) {
  std::vector<LocalNetwork> out;
  if (question.kind() != control::NETWORKS || question.has_at()) return out;
  for (LocalNetwork& network : node.local_networks()) {
    const auto wanted = [&](const std::string& typed) { return is_called(network, typed); };
    const auto& typed = question.typed();
    if (!typed.empty() && std::none_of(typed.begin(), typed.end(), wanted)) continue;
    std::erase_if(sight.missing, [&](const control::Missing& each) { return wanted(each.typed()); });
    out.push_back(std::move(network));
  }
  return out;
}

Refusal no_manager(const LocalState& state) {
  if (!state.error.empty()) return {Errc::unavailable, state.error};
  if (state.kind == LocalState::Kind::locked)
    return {Errc::unavailable, "Swarm is encrypted and needs to be unlocked before it can be used."};
  if (state.kind == LocalState::Kind::inactive)
    return {Errc::unavailable,
            "This node is not a swarm manager. Use \"skein swarm init\" to start a swarm here and try again."};
  return {Errc::unavailable,
          "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run "
          "this command on a manager node or promote the current node to a manager."};
}

}  // namespace

Result<Caller> ControlService::caller_of(const grpc::ServerContext& context) const {
  const auto principal = ports_.principals.of(context.peer());
  if (!principal) return Refusal{Errc::unauthenticated, "nobody knows who is at the other end of this connection"};
  return Caller{*principal, via_of(context)};
}

Result<std::shared_ptr<Gateway>> ControlService::gateway_for(const grpc::ServerContext& context) const {
  if (auto caller = caller_of(context); !caller) return caller.refusal();
  if (auto gateway = ports_.gateway()) return gateway;
  return no_manager(ports_.node.state());
}

std::function<bool()> ControlService::gone(const grpc::ServerContext& context,
                                           const std::shared_ptr<Gateway>& gateway) const {
  return [this, &context, &gateway] { return ending_ || context.IsCancelled() || ports_.gateway() != gateway; };
}

// A follower is told why there will be no more.
grpc::Status ControlService::end_of_stream(const Result<void>& done, const std::shared_ptr<Gateway>& gateway) const {
  if (ending_) return to_status({Errc::unavailable, "the daemon is stopping"});
  if (ports_.gateway() != gateway) return to_status(no_manager(ports_.node.state()));
  return status_of(done);
}

// What a command lacks and its sender may leave to the edge.
Command ControlService::complete(Gateway& gateway, Command command) {
  const std::lock_guard lock{ports_.rng_mutex};
  if (command.id().empty()) command.set_id(random_id(ports_.rng));
  if (!command.has_create_service() || !command.create_service().spec().name().empty()) return command;
  std::string name;
  bool taken = true;
  while (taken) {
    name = random_service_name(ports_.rng);
    gateway.read([&](const View& view) { taken = view.service_named(name) != nullptr; });
  }
  command.mutable_create_service()->mutable_spec()->set_name(name);
  return command;
}

grpc::Status ControlService::Submit(grpc::ServerContext* context, const control::SubmitRequest* request,
                                    Outcome* reply) {
  const auto caller = caller_of(*context);
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  if (request->command().body_case() == Command::BODY_NOT_SET || request->command().has_found_cluster())
    return to_status({Errc::invalid, "this command cannot be given from here"});
  *reply = (*gateway)->submit(complete(**gateway, request->command()), *caller);
  return grpc::Status::OK;
}

Result<void> ControlService::answer(Gateway& gateway, const control::Question& question,
                                    grpc::ServerWriter<control::Answer>& out) {
  auto sight = sight_of(gateway, question);
  if (!sight) return sight.refusal();
  const std::vector<LocalNetwork> locals = local_networks_of(ports_.node, question, *sight);
  control::Answer first;
  first.set_index(sight->index.value());
  first.set_at_ns(sight->time.ns);
  first.set_node_id(gateway.node_id());
  if (!question.has_at()) first.set_leader_id(ports_.node.state().leader_id);
  AnswerPages pages{std::move(first), [&](const control::Answer& page) { return out.Write(page); }};
  pages.write(*sight);
  for (const LocalNetwork& network : locals) pages.write_local(local_network_of(network));
  if (question.kind() == control::CONFIGS && question.with_data())
    for (const FilePtr& config : sight->files) {
      auto data = gateway.payload(config->spec().payload());
      if (!data) return data.refusal();
      pages.write_data(config->id(), std::move(*data));
    }
  pages.finish();
  return {};
}

grpc::Status ControlService::Query(grpc::ServerContext* context, const control::Question* request,
                                   grpc::ServerWriter<control::Answer>* out) {
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  return status_of(answer(**gateway, *request, *out));
}

grpc::Status ControlService::Subscribe(grpc::ServerContext* context, const control::SubscribeRequest* request,
                                       grpc::ServerWriter<control::RecordBatch>* out) {
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  const RecordSink sink{[&](const control::RecordBatch& batch) { return out->Write(batch); }, gone(*context, *gateway)};
  return end_of_stream(stream_batches(**gateway, *request, sink), *gateway);
}

grpc::Status ControlService::Verify(grpc::ServerContext* context, const control::VerifyRequest* /*request*/,
                                    control::VerifyReport* reply) {
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  const auto began = std::chrono::steady_clock::now();
  const auto records = (*gateway)->verify();
  if (!records) return to_status(records.refusal());
  reply->set_records(*records);
  reply->set_seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return grpc::Status::OK;
}

grpc::Status ControlService::Replay(grpc::ServerContext* context, const control::ReplayRequest* /*request*/,
                                    control::ReplayReport* reply) {
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  const auto report = (*gateway)->replay();
  if (!report) return to_status(report.refusal());
  reply->set_records(report->records);
  reply->set_events(report->events);
  reply->set_seconds(report->seconds);
  reply->set_replayed_digest(report->replayed_digest);
  reply->set_live_digest(report->live_digest);
  reply->set_index(report->index.value());
  return grpc::Status::OK;
}

grpc::Status ControlService::Why(grpc::ServerContext* context, const control::WhyRequest* request,
                                 grpc::ServerWriter<control::WhySteps>* out) {
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  const auto reasons =
      why(**gateway, request->kind(), request->typed(), moment_of(request->at()), gone(*context, *gateway));
  if (!reasons) return to_status(reasons.refusal());
  control::WhySteps page;
  page.set_id(reasons->id);
  page.set_name(reasons->name);
  page.set_cut_short(reasons->cut_short);
  for (const control::WhyStep& step : reasons->steps) {
    *page.add_steps() = step;
    if (page.ByteSizeLong() < kPageBytes) continue;
    out->Write(page);
    page.Clear();
  }
  out->Write(page);
  return grpc::Status::OK;
}

grpc::Status ControlService::SwarmInit(grpc::ServerContext* context, const control::SwarmInitRequest* request,
                                       control::SwarmInitReply* reply) {
  const auto caller = caller_of(*context);
  if (!caller) return to_status(caller.refusal());
  const auto node_id = ports_.node.init(init_of(*request), *caller);
  if (!node_id) return to_status(node_id.refusal());
  reply->set_node_id(*node_id);
  return grpc::Status::OK;
}

grpc::Status ControlService::SwarmLeave(grpc::ServerContext* context, const control::SwarmLeaveRequest* request,
                                        control::SwarmLeaveReply* /*reply*/) {
  const auto caller = caller_of(*context);
  if (!caller) return to_status(caller.refusal());
  return status_of(ports_.node.leave(request->force(), *caller));
}

grpc::Status ControlService::NodeState(grpc::ServerContext* context, const control::NodeStateRequest* /*request*/,
                                       control::NodeStateReply* reply) {
  const auto caller = caller_of(*context);
  if (!caller) return to_status(caller.refusal());
  *reply = node_state(ports_.node, ports_.containers, ports_.gateway().get());
  return grpc::Status::OK;
}

grpc::Status ControlService::TaskLogs(grpc::ServerContext* context, const control::LogsRequest* request,
                                      grpc::ServerWriter<control::LogBatch>* out) {
  const auto gateway = gateway_for(*context);
  if (!gateway) return to_status(gateway.refusal());
  const LogSink sink{[&](const control::LogBatch& batch) { return out->Write(batch); }, gone(*context, *gateway)};
  return end_of_stream(stream_task_logs(**gateway, ports_.containers, *request, sink), *gateway);
}

}  // namespace skein
