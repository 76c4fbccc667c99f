#include "runtime/api/image_json.h"

#include <fnmatch.h>

#include <algorithm>

#include "runtime/api/filters.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

Labels labels_of(const Image& image) {
  Labels labels;
  for (const auto& [key, value] : image.config.labels) {
    Label* label = labels.Add();
    label->set_key(key);
    label->set_value(value);
  }
  return labels;
}

// A pattern over "name:tag" or "name" (Go's path.Match, as far as shells agree with it).
bool matches_reference(const std::string& pattern, const Image& image) {
  return std::any_of(image.tags.begin(), image.tags.end(), [&](const std::string& tag) {
    return ::fnmatch(pattern.c_str(), tag.c_str(), FNM_PATHNAME) == 0 ||
           ::fnmatch(pattern.c_str(), tag.substr(0, tag.rfind(':')).c_str(), FNM_PATHNAME) == 0;
  });
}

struct ImageQuestion {
  Filters filters;
  std::int64_t before_s = INT64_MAX, since_s = INT64_MIN;
  bool dangling = false;
};

Result<ImageQuestion> read_question(const ApiContext& context, const Request& request) {
  auto filters = Filters::parse(request.target.query.get("filters"),
                                {"reference", "label", "dangling", "before", "since", "until"});
  if (!filters) return filters.refusal();
  auto dangling = filters->flag("dangling", false);
  if (!dangling) return dangling.refusal();
  ImageQuestion question{std::move(*filters)};
  question.dangling = *dangling;
  for (const std::string& name : question.filters.values("before")) {
    auto image = context.images.find(name);
    if (!image) return image.refusal();
    question.before_s = std::min(question.before_s, image->created_s);
  }
  for (const std::string& name : question.filters.values("since")) {
    auto image = context.images.find(name);
    if (!image) return image.refusal();
    question.since_s = std::max(question.since_s, image->created_s);
  }
  return question;
}

bool wanted(const ImageQuestion& question, const Image& image) {
  const auto& references = question.filters.values("reference");
  const bool named = references.empty() || std::any_of(references.begin(), references.end(), [&](const auto& pattern) {
                       return matches_reference(pattern, image);
                     });
  const bool dangles = !question.filters.has("dangling") || image.tags.empty() == question.dangling;
  return named && dangles && question.filters.labels("label", labels_of(image)) &&
         image.created_s < question.before_s && image.created_s > question.since_s;
}

Result<Response> list(const ApiContext& context, const Request& request) {
  auto question = read_question(context, request);
  if (!question) return question.refusal();
  std::vector<Image> images = context.images.list();
  std::sort(images.begin(), images.end(), [](const Image& a, const Image& b) { return a.created_s > b.created_s; });
  Json out = Json::array();
  for (const Image& image : images)
    if (wanted(*question, image)) out.push_back(image_summary(image));
  return json_response(out);
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  auto image = context.images.find(request.capture("name"));
  if (!image) return image.refusal();
  return json_response(image_to_json(*image));
}

Result<Response> history(const ApiContext& context, const Request& request) {
  auto lines = context.images.history(request.capture("name"));
  if (!lines) return lines.refusal();
  return plain_response(200, lines->dump() + "\n");
}

Result<Response> tag(const ApiContext& context, const Request& request) {
  const Query& query = request.target.query;
  auto tagged = context.images.tag(request.capture("name"), query.get("repo"), query.get("tag"));
  if (!tagged) return tagged.refusal();
  return plain_response(201);
}

Result<Response> remove(const ApiContext& context, const Request& request) {
  const auto in_use = [&](const std::string& image_id) -> std::string {
    for (const ContainerRecord& container : context.containers.list())
      if (container.image_id == image_id) return container.id;
    return {};
  };
  auto removed = context.images.remove(request.capture("name"), request.target.query.flag("force"), in_use);
  if (!removed) return removed.refusal();
  Json out = Json::array();
  for (const std::string& name : removed->untagged) out.push_back(Json{{"Untagged", name}});
  for (const std::string& id : removed->deleted) out.push_back(Json{{"Deleted", id}});
  return json_response(out);
}

Result<Response> distribution(const ApiContext& context, const Request& request) {
  auto credentials = parse_registry_auth(request.header("X-Registry-Auth"));
  if (!credentials) return credentials.refusal();
  auto found = context.images.distribution({request.capture("name"), "", std::move(*credentials)});
  if (!found) return found.refusal();
  Json platforms = Json::array();
  for (const auto& [architecture, os] : found->platforms)
    platforms.push_back(Json{{"architecture", architecture}, {"os", os}});
  return json_response(
      Json{{"Descriptor", {{"mediaType", found->media_type}, {"digest", found->digest}, {"size", found->size}}},
           {"Platforms", std::move(platforms)}});
}

}  // namespace

void add_image_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/images/json", [&c](const Request& r) { return list(c, r); });
  router.add("GET", "/images/{name...}/json", [&c](const Request& r) { return inspect(c, r); });
  router.add("GET", "/images/{name...}/history", [&c](const Request& r) { return history(c, r); });
  router.add("POST", "/images/{name...}/tag", [&c](const Request& r) { return tag(c, r); });
  router.add("DELETE", "/images/{name...}", [&c](const Request& r) { return remove(c, r); });
  router.add("GET", "/distribution/{name...}/json", [&c](const Request& r) { return distribution(c, r); });
}

}  // namespace skein
