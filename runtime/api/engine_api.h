// EngineApi: Docker's Engine API over this node and its cluster; what the stock docker CLI talks to.
//
// Is: the table of routes and the headers every response carries. Is not: a server; hand answer() to an HttpServer:
//   HttpServer server{{.rules = {.answer = api.answer(), .headers = api.headers()}}};
// Holds references to all of its options: they outlive it, and it outlives the server. Threads: any at once.
// Source: Docker Engine API v1.47; engine-api.md in docs/design says what is covered.
#pragma once
#include <functional>
#include <memory>

#include "runtime/http/response_writer.h"
#include "runtime/http/router.h"

namespace skein {

class Clock;
class ContainerDirectory;
class Gateway;
class ImageStore;
class NodeControl;
class Rng;

class EngineApi {
 public:
  struct Options {
    ImageStore& images;
    const ContainerDirectory& containers;
    NodeControl& node;
    std::function<std::shared_ptr<Gateway>()> gateway;  // nullptr while this node is not a manager
    const Clock& clock;
    Rng& rng;  // real chance: makes join tokens' secrets and unlock keys. Used under a lock
  };
  explicit EngineApi(Options options);
  ~EngineApi();

  Answer answer() const;  // valid as long as this object
  HeaderList headers() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skein
