#include "runtime/api/routes.h"
#include "runtime/http/status.h"

#include <nlohmann/json.hpp>

namespace skein {
namespace {

// Runs `work` with a progress that goes to the client line by line. What goes wrong after the first line is told in
// the stream, as Docker does; before it, by the status.
Response progress_stream(std::function<Result<void>(const Progress&)> work) {
  Response response;
  response.stream = [work = std::move(work)](OutStream& out) -> Result<void> {
    bool started = false;
    const Progress progress = [&](const nlohmann::json& line) {
      started = true;
      out.write(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\r\n");
    };
    auto done = work(progress);
    if (done) return {};
    if (!started) return done.refusal();
    const nlohmann::json detail{{"code", http_status(done.refusal().code)}, {"message", done.refusal().text}};
    progress({{"errorDetail", detail}, {"error", done.refusal().text}});
    return {};
  };
  return response;
}

ByteSource bytes_of(BodySource* body) {
  return [body](char* into, std::size_t size_max) { return body->read(into, size_max); };
}

// Docker's client sends name and tag, or name and digest, apart.
std::string joined_reference(const std::string& name, const std::string& tag) {
  if (tag.empty()) return name;
  return name + (tag.find(':') != std::string::npos ? "@" : ":") + tag;
}

Result<Response> pull(const ApiContext& context, const Request& request) {
  const Query& query = request.target.query;
  auto credentials = parse_registry_auth(request.header("X-Registry-Auth"));
  if (!credentials) return credentials.refusal();
  const PullRequest wanted{joined_reference(query.get("fromImage"), query.get("tag")), query.get("platform"),
                           std::move(*credentials)};
  return progress_stream([&context, wanted](const Progress& progress) -> Result<void> {
    auto pulled = context.images.pull(wanted, progress);
    if (!pulled) return pulled.refusal();
    return {};
  });
}

Result<Response> import(const ApiContext& context, const Request& request) {
  const Query& query = request.target.query;
  if (query.get("fromSrc") != "-")
    return Refusal{Errc::unimplemented, "importing from a URL is not supported: send the archive as the body"};
  return progress_stream([&context, query, body = request.body](const Progress& progress) -> Result<void> {
    auto id = context.images.import(bytes_of(body), query.get("repo"), query.get("tag"), query.all("changes"),
                                    query.get("message"));
    if (!id) return id.refusal();
    progress({{"status", *id}});
    return {};
  });
}

Result<Response> create(const ApiContext& context, const Request& request) {
  const Query& query = request.target.query;
  if (!query.get("fromImage").empty()) return pull(context, request);
  if (!query.get("fromSrc").empty()) return import(context, request);
  return Refusal{Errc::invalid, "either fromImage or fromSrc must be given"};
}

Result<Response> load(const ApiContext& context, const Request& request) {
  return progress_stream([&context, body = request.body](const Progress& progress) {
    return context.images.load(bytes_of(body), progress);
  });
}

}  // namespace

void add_image_upload_routes(Router& router, const ApiContext& c) {
  router.add("POST", "/images/create", [&c](const Request& r) { return create(c, r); });
  router.add("POST", "/images/load", [&c](const Request& r) { return load(c, r); });
}

}  // namespace skein
