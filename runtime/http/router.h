// Router: finds the action for a method and a path.
//
// Patterns: "/services/{id}/update"; "{name...}" takes one or more segments (image names hold slashes), at most once a
// pattern. Every route answers with and without a "/v1.41" prefix, which becomes Request::version. Routes are tried in
// the order they were added, so add "/images/json" before "/images/{name...}/json". An unknown path or method is 404
// "page not found", as Docker answers both. Threads: add() before use; find-and-run from any thread at once.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/message.h"

namespace skein {

using Action = std::function<Result<Response>(const Request&)>;
using Answer = std::function<Response(Request&)>;  // what a server needs: always a response

class Router {
 public:
  void add(std::string method, std::string_view pattern, Action action);
  // Runs before any action that was found; its refusal is the answer.
  void check_with(std::function<Result<void>(const Request&)> check) { check_ = std::move(check); }
  Response answer(Request& request) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> pattern;
    Action action;
  };
  const Route* find(Request& request, const std::vector<std::string>& segments) const;

  std::vector<Route> routes_;
  std::function<Result<void>(const Request&)> check_;
};

}  // namespace skein
