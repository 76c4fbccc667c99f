// ApiContext: what every action of the engine API works with, and the few things they all do with it.
//
// Nothing here is owned; all of it outlives the EngineApi. Threads: any at once.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "actors/ports/gateway.h"
#include "events/base/rng.h"
#include "runtime/api/node_control.h"
#include "runtime/containers/container_directory.h"
#include "runtime/http/message.h"
#include "runtime/http/router.h"
#include "runtime/images/image_store.h"

namespace skein {

struct ApiContext {
  ImageStore& images;
  const ContainerDirectory& containers;
  NodeControl& node;
  std::function<std::shared_ptr<Gateway>()> gateway;  // nullptr while this node is not a manager
  const Clock& clock;
  Rng& rng;  // guarded by rng_mutex
  mutable std::mutex rng_mutex;

  std::string random_id() const;  // a new command id, a token's secret
};

// The cluster, or why it cannot be asked (503, with Docker's exact texts).
Result<std::shared_ptr<Gateway>> manager_of(const ApiContext& context);

Caller caller_of(const Request& request);

// Submits with a command id and the caller's identity. A refusal gets the words gRPC puts before it, as scripts that
// were written for Docker see them: "rpc error: code = NotFound desc = ...".
Result<Outcome> submit(const ApiContext& context, Gateway& gateway, Command command, const Request& request);
Refusal as_rpc_error(Errc code, const std::string& text);

// Runs `look` against the live View and gives back what it returned.
template <class Look>
auto read(Gateway& gateway, const Look& look) {
  using Seen = std::invoke_result_t<const Look&, const View&>;
  std::optional<Seen> seen;
  gateway.read([&](const View& view) { seen.emplace(look(view)); });
  CHECK(seen.has_value(), "Gateway::read returned without reading");
  return std::move(*seen);
}

// The JSON object of a request's body.
Result<nlohmann::json> body_json(const Request& request);
// The `version` query of an update: the revision the caller read.
Result<std::uint64_t> revision_of(const Request& request);

}  // namespace skein
