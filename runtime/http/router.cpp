#include "runtime/http/router.h"

#include <algorithm>
#include <utility>

namespace skein {
namespace {

using Segments = std::vector<std::string>;
using Captures = std::map<std::string, std::string>;

bool is_wide(const std::string& part) { return part.size() > 5 && part.front() == '{' && part.ends_with("...}"); }
bool is_capture(const std::string& part) { return part.size() > 2 && part.front() == '{' && part.back() == '}'; }

std::string joined(const Segments& segments, std::size_t from, std::size_t count) {
  std::string text = segments[from];
  for (std::size_t i = 1; i < count; ++i) text += '/' + segments[from + i];
  return text;
}

// One part against the `count` segments it has to take.
bool take(const std::string& part, const Segments& segments, std::size_t from, std::size_t count, Captures& captured) {
  if (!is_capture(part)) return count == 1 && part == segments[from];
  const std::size_t tail = is_wide(part) ? 4 : 1;
  captured[part.substr(1, part.size() - 1 - tail)] = joined(segments, from, count);
  return true;
}

bool matches(const Segments& pattern, const Segments& segments, Captures& captured) {
  const bool wide = std::any_of(pattern.begin(), pattern.end(), is_wide);
  if (segments.size() < pattern.size() || (!wide && segments.size() != pattern.size())) return false;
  std::size_t at = 0;
  for (const std::string& part : pattern) {
    const std::size_t count = is_wide(part) ? segments.size() - pattern.size() + 1 : 1;
    if (!take(part, segments, at, count, captured)) return false;
    at += count;
  }
  return true;
}

bool is_version(const std::string& segment) {
  return segment.size() > 1 && segment.front() == 'v' &&
         segment.find_first_not_of("0123456789.", 1) == std::string::npos;
}

}  // namespace

void Router::add(std::string method, std::string_view pattern, Action action) {
  auto parts = parse_target(pattern);
  CHECK(parts, "a route's pattern is no path");
  routes_.push_back({std::move(method), std::move(parts->segments), std::move(action)});
}

const Router::Route* Router::find(Request& request, const Segments& segments) const {
  for (const Route& route : routes_) {
    const bool method = route.method == request.method || (route.method == "GET" && request.method == "HEAD");
    Captures captured;
    if (!method || !matches(route.pattern, segments, captured)) continue;
    request.captured = std::move(captured);
    return &route;
  }
  return nullptr;
}

Response Router::answer(Request& request) const {
  Segments segments = request.target.segments;
  if (!segments.empty() && is_version(segments.front())) {
    request.version = segments.front().substr(1);
    segments.erase(segments.begin());
  }
  const Route* route = find(request, segments);
  if (!route) return error_response(404, "page not found");
  if (check_)
    if (auto allowed = check_(request); !allowed) return error_response(allowed.refusal());
  auto response = route->action(request);
  return response ? std::move(*response) : error_response(response.refusal());
}

}  // namespace skein
