#include "runtime/images/image_document.h"

#include <nlohmann/json.hpp>

#include "events/base/clock.h"
#include "runtime/images/digest.h"
#include "runtime/images/json_read.h"
#include "runtime/images/layer_store.h"

namespace skein::images {
namespace {

using nlohmann::json;

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  if (!object.is_object()) return keys;
  for (const auto& item : object.items()) keys.push_back(item.key());  // nlohmann's objects are sorted
  return keys;
}

ImageConfig read_config(const json& from) {
  ImageConfig config;
  config.entrypoint = texts_at(from, "Entrypoint");
  config.cmd = texts_at(from, "Cmd");
  config.env = texts_at(from, "Env");
  config.user = text_at(from, "User");
  config.working_dir = text_at(from, "WorkingDir");
  config.stop_signal = text_at(from, "StopSignal");
  config.volumes = keys_of(member(from, "Volumes"));
  config.exposed_ports = keys_of(member(from, "ExposedPorts"));
  const json& labels = member(from, "Labels");
  for (const auto& key : keys_of(labels)) config.labels.emplace_back(key, text_at(labels, key.c_str()));
  if (member(from, "Healthcheck").is_object()) config.healthcheck_json = member(from, "Healthcheck").dump();
  return config;
}

std::vector<HistoryStep> read_history(const json& from) {
  std::vector<HistoryStep> steps;
  for (const auto& step : from) {
    const json& empty = member(step, "empty_layer");
    steps.push_back({text_at(step, "created"), text_at(step, "created_by"), text_at(step, "comment"),
                     empty.is_boolean() && empty.get<bool>()});
  }
  return steps;
}

}  // namespace

std::int64_t unix_seconds(const std::string& rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  return time ? time->ns / 1'000'000'000 : 0;
}

Result<ImageDocument> parse_image_document(const std::string& config) {
  const json from = parse_json(config);
  if (!from.is_object()) return Refusal{Errc::invalid, "invalid image configuration: not a JSON object"};
  ImageDocument document;
  Image& image = document.image;
  image.id = sha256_of(config);
  image.created = text_at(from, "created");
  image.created_s = unix_seconds(image.created);
  image.architecture = text_at(from, "architecture");
  image.os = text_at(from, "os");
  image.variant = text_at(from, "variant");
  image.author = text_at(from, "author");
  image.comment = text_at(from, "comment");
  image.config = read_config(member(from, "config"));
  image.diff_ids = texts_at(member(from, "rootfs"), "diff_ids");
  document.history = read_history(member(from, "history"));
  for (const auto& diff_id : image.diff_ids) {
    if (!is_sha256(diff_id)) return Refusal{Errc::invalid, "invalid rootfs in image configuration"};
  }
  if (text_at(member(from, "rootfs"), "type") != "layers") {
    return Refusal{Errc::invalid, "invalid rootfs in image configuration"};
  }
  document.chains = chain_of(image.diff_ids);
  return document;
}

}  // namespace skein::images
