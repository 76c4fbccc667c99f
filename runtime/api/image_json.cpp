#include "runtime/api/image_json.h"

namespace skein {
namespace {

Json pairs_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json out = Json::object();
  for (const auto& [key, value] : pairs) out[key] = value;
  return out;
}

Json set_json(const std::vector<std::string>& names) {
  Json out = Json::object();
  for (const std::string& name : names) out[name] = Json::object();
  return out;
}

Json texts_or_null(const std::vector<std::string>& texts) { return texts.empty() ? Json(nullptr) : Json(texts); }

Json config_json(const ImageConfig& config) {
  Json out{{"Hostname", ""}, {"Domainname", ""}, {"User", config.user}};
  if (!config.exposed_ports.empty()) out["ExposedPorts"] = set_json(config.exposed_ports);
  out["Env"] = texts_or_null(config.env);
  out["Cmd"] = texts_or_null(config.cmd);
  if (!config.healthcheck_json.empty()) out["Healthcheck"] = Json::parse(config.healthcheck_json, nullptr, false);
  out["Volumes"] = config.volumes.empty() ? Json(nullptr) : set_json(config.volumes);
  out["WorkingDir"] = config.working_dir;
  out["Entrypoint"] = texts_or_null(config.entrypoint);
  out["Labels"] = config.labels.empty() ? Json(nullptr) : pairs_json(config.labels);
  put(out, "StopSignal", config.stop_signal);
  return out;
}

}  // namespace

Json image_summary(const Image& image) {
  return Json{{"Id", image.id},
              {"ParentId", ""},
              {"RepoTags", image.tags},
              {"RepoDigests", image.digests},
              {"Created", image.created_s},
              {"Size", image.size_bytes},
              {"SharedSize", -1},
              {"VirtualSize", image.size_bytes},
              {"Labels", pairs_json(image.config.labels)},
              {"Containers", -1}};
}

Json image_to_json(const Image& image) {
  Json out{{"Id", image.id}, {"RepoTags", image.tags}, {"RepoDigests", image.digests}, {"Parent", ""}};
  out["Comment"] = image.comment;
  out["Created"] = image.created;
  out["DockerVersion"] = "";
  out["Author"] = image.author;
  out["Config"] = config_json(image.config);
  out["Architecture"] = image.architecture;
  put(out, "Variant", image.variant);
  out["Os"] = image.os;
  out["Size"] = image.size_bytes;
  out["VirtualSize"] = image.size_bytes;
  out["GraphDriver"] = Json{{"Data", nullptr}, {"Name", "overlay2"}};
  out["RootFS"] = Json{{"Type", "layers"}, {"Layers", image.diff_ids}};
  out["Metadata"] = Json{{"LastTagTime", time_json(0)}};
  return out;
}

}  // namespace skein
