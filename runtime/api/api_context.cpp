#include "runtime/api/api_context.h"

#include "events/base/ids.h"
#include "runtime/api/json_reader.h"

namespace skein {
namespace {

const char* rpc_code(Errc code) {
  switch (code) {
    case Errc::invalid:
    case Errc::in_use:
      return "InvalidArgument";
    case Errc::not_found:
      return "NotFound";
    case Errc::already_exists:
      return "AlreadyExists";
    case Errc::failed_precondition:
    case Errc::conflict:
      return "FailedPrecondition";
    case Errc::unimplemented:
      return "Unimplemented";
    case Errc::unauthenticated:
      return "Unauthenticated";
    case Errc::forbidden:
      return "PermissionDenied";
    case Errc::exhausted:
      return "ResourceExhausted";
    default:
      return "Unknown";
  }
}

Refusal not_a_manager(const LocalState& state) {
  switch (state.kind) {
    case LocalState::Kind::inactive:
      return {Errc::unavailable,
              "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this "
              "node to swarm and try again."};
    case LocalState::Kind::locked:
      return {Errc::unavailable,
              "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker swarm unlock\" "
              "to unlock it."};
    case LocalState::Kind::error:
      if (!state.error.empty()) return {Errc::unavailable, state.error};
      [[fallthrough]];
    case LocalState::Kind::pending:
    case LocalState::Kind::active:
      break;
  }
  return {Errc::unavailable,
          "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run "
          "this command on a manager node or promote the current node to a manager."};
}

}  // namespace

std::string ApiContext::random_id() const {
  const std::lock_guard lock{rng_mutex};
  return skein::random_id(rng);
}

Result<std::shared_ptr<Gateway>> manager_of(const ApiContext& context) {
  if (auto gateway = context.gateway()) return gateway;
  return not_a_manager(context.node.state());
}

Caller caller_of(const Request& request) { return {request.peer.principal, request.via()}; }

Refusal as_rpc_error(Errc code, const std::string& text) {
  if (text.starts_with("rpc error:")) return {code, text};
  return {code, std::string{"rpc error: code = "} + rpc_code(code) + " desc = " + text};
}

Result<Outcome> submit(const ApiContext& context, Gateway& gateway, Command command, const Request& request) {
  command.set_id(context.random_id());
  Outcome outcome = gateway.submit(std::move(command), caller_of(request));
  const auto code = static_cast<Errc>(outcome.code());
  if (code != Errc::ok) return as_rpc_error(code, outcome.text());
  return outcome;
}

Result<nlohmann::json> body_json(const Request& request) {
  auto body = request.whole_body();
  if (!body) return body.refusal();
  return parse_json(*body);
}

// "service" of /v1.47/services/x/update, as Docker's refusals say it.
static std::string kind_of(const Request& request) {
  for (const std::string& segment : request.target.segments)
    if (segment == "services" || segment == "nodes" || segment == "secrets" || segment == "configs")
      return segment.substr(0, segment.size() - 1);
  return "swarm";
}

Result<std::uint64_t> revision_of(const Request& request) {
  const auto version = request.target.query.natural("version");
  if (!version || !version->has_value())
    return Refusal{Errc::invalid,
                   "invalid " + kind_of(request) + " version '" + request.target.query.get("version") + "'"};
  return **version;
}

}  // namespace skein
