#include "tools/skein/flag_values.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "tools/skein/words.h"

namespace skein::cli {
namespace {

constexpr std::uint32_t kPortMax = 65535;

struct Field {
  std::string key, value;
  bool has_value = false;
};

// "a=1,b" as fields; keys in lower case.
std::vector<Field> fields_of(const std::string& text) {
  std::vector<Field> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t equals = part.find('=');
    out.push_back({lower(part.substr(0, equals)), equals == std::string::npos ? "" : part.substr(equals + 1),
                   equals != std::string::npos});
    at = end + 1;
  }
  return out;
}

Refusal invalid(std::string text) { return {Errc::invalid, std::move(text)}; }

Result<std::uint32_t> parse_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0 || port > kPortMax)
    return invalid(fmt::format("invalid port '{}'", text));
  return port;
}

struct Range {
  std::uint32_t first = 0, last = 0;
};

Result<Range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_port(text.substr(0, dash));
  if (!first) return first.refusal();
  if (dash == std::string_view::npos) return Range{*first, *first};
  const auto last = parse_port(text.substr(dash + 1));
  if (!last) return last.refusal();
  if (*last < *first) return invalid(fmt::format("invalid range specified for port: {}", text));
  return Range{*first, *last};
}

Result<PortConfig::Protocol> parse_protocol(const std::string& text) {
  const std::string word = lower(text);
  if (word == "tcp") return PortConfig::TCP;
  if (word == "udp") return PortConfig::UDP;
  if (word == "sctp") return PortConfig::SCTP;
  return invalid("invalid proto: " + text);
}

// [published:]target[/protocol], each side a port or a range of as many.
Result<std::vector<PortConfig>> parse_short_ports(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto protocol = parse_protocol(slash == std::string::npos ? "tcp" : text.substr(slash + 1));
  if (!protocol) return protocol.refusal();
  const std::string ports = text.substr(0, slash);
  const std::size_t colon = ports.rfind(':');
  if (colon != std::string::npos && ports.find(':') != colon)
    return invalid(fmt::format("invalid publish specification '{}': a host IP is not supported for services", text));
  const auto target = parse_range(colon == std::string::npos ? ports : ports.substr(colon + 1));
  if (!target) return target.refusal();
  Range published;
  if (colon != std::string::npos && colon != 0) {
    const auto range = parse_range(ports.substr(0, colon));
    if (!range) return range.refusal();
    published = *range;
    if (published.last - published.first != target->last - target->first)
      return invalid("invalid ranges specified for container and host Ports: " + text);
  }
  std::vector<PortConfig> out;
  for (std::uint32_t i = 0; i <= target->last - target->first; ++i) {
    PortConfig& port = out.emplace_back();
    port.set_protocol(*protocol);
    port.set_target_port(target->first + i);
    if (published.first != 0) port.set_published_port(published.first + i);
  }
  return out;
}

Result<void> put_port_field(PortConfig& port, const Field& field) {
  if (field.key == "protocol") {
    const auto protocol = parse_protocol(field.value);
    if (!protocol) return protocol.refusal();
    port.set_protocol(*protocol);
  } else if (field.key == "mode") {
    if (field.value != "ingress" && field.value != "host")
      return invalid("invalid publish mode value (" + field.value + "): must be either 'ingress' or 'host'");
    port.set_publish_mode(field.value == "host" ? PortConfig::HOST : PortConfig::INGRESS);
  } else if (field.key == "target" || field.key == "published") {
    const auto number = parse_port(field.value);
    if (!number) return invalid("invalid " + field.key + " port (" + field.value + "): value must be an integer");
    field.key == "target" ? port.set_target_port(*number) : port.set_published_port(*number);
  } else {
    return invalid("invalid field key " + field.key);
  }
  return {};
}

Result<Mount::Type> parse_mount_type(const std::string& text) {
  const std::string word = lower(text);
  if (word == "bind") return Mount::BIND;
  if (word == "volume") return Mount::VOLUME;
  if (word == "tmpfs") return Mount::TMPFS;
  return invalid("invalid MountType: \"" + text + "\"");
}

void put_label(const std::string& text, google::protobuf::RepeatedPtrField<Label>& into) {
  const std::size_t equals = text.find('=');
  Label& label = *into.Add();
  label.set_key(text.substr(0, equals));
  label.set_value(equals == std::string::npos ? "" : text.substr(equals + 1));
}

Result<bool> flag_of(const Field& field) {
  if (!field.has_value) return true;
  auto value = parse_bool(field.value);
  if (!value) return invalid("invalid value for " + field.key + ": " + field.value);
  return value;
}

// Options of volumes and tmpfs; false: not one of them.
Result<bool> put_block_option(Mount& mount, const Field& field) {
  if (field.key == "volume-nocopy") {
    const auto flag = flag_of(field);
    if (!flag) return flag.refusal();
    mount.set_no_copy(*flag);
  } else if (field.key == "volume-label") {
    put_label(field.value, *mount.mutable_volume_labels());
  } else if (field.key == "volume-driver") {
    mount.set_volume_driver(field.value);
  } else if (field.key == "volume-opt") {
    put_label(field.value, *mount.mutable_volume_options());
  } else if (field.key == "volume-subpath") {
    mount.set_volume_subpath(field.value);
  } else if (field.key == "tmpfs-size") {
    const auto size = parse_size(field.value);
    if (!size) return invalid("invalid value for tmpfs-size: " + field.value);
    mount.set_tmpfs_size_bytes(*size);
  } else if (field.key == "tmpfs-mode") {
    std::uint32_t mode = 0;
    const auto [end, error] = std::from_chars(field.value.data(), field.value.data() + field.value.size(), mode, 8);
    if (error != std::errc{} || end != field.value.data() + field.value.size())
      return invalid("invalid value for tmpfs-mode: " + field.value);
    mount.set_tmpfs_mode(mode);
  } else {
    return false;
  }
  mount.set_has_volume_options(mount.has_volume_options() || field.key.starts_with("volume-"));
  mount.set_has_tmpfs_options(mount.has_tmpfs_options() || field.key.starts_with("tmpfs-"));
  return true;
}

Result<void> put_mount_field(Mount& mount, const Field& field) {
  const auto block = put_block_option(mount, field);
  if (!block) return block.refusal();
  if (*block) return {};
  if (field.key == "type") {
    const auto type = parse_mount_type(field.value);
    if (!type) return type.refusal();
    mount.set_type(*type);
  } else if (field.key == "source" || field.key == "src") {
    mount.set_source(field.value);
  } else if (field.key == "target" || field.key == "dst" || field.key == "destination") {
    mount.set_target(field.value);
  } else if (field.key == "readonly" || field.key == "ro") {
    const auto flag = flag_of(field);
    if (!flag) return flag.refusal();
    mount.set_read_only(*flag);
  } else if (field.key == "consistency") {
    mount.set_consistency(field.value);
  } else if (field.key == "bind-propagation") {
    mount.set_propagation(field.value);
    mount.set_has_bind_options(true);
  } else {
    return invalid(fmt::format("unexpected key '{}' in '{}'", field.key, field.key + "=" + field.value));
  }
  return {};
}

Result<void> put_file_field(FileReference& file, const Field& field) {
  if (field.key == "source" || field.key == "src") {
    file.set_name(field.value);
  } else if (field.key == "target") {
    file.set_file_name(field.value);
  } else if (field.key == "uid") {
    file.set_uid(field.value);
  } else if (field.key == "gid") {
    file.set_gid(field.value);
  } else if (field.key == "mode") {
    std::uint32_t mode = 0;
    const auto [end, error] = std::from_chars(field.value.data(), field.value.data() + field.value.size(), mode, 8);
    if (error != std::errc{} || end != field.value.data() + field.value.size())
      return invalid("invalid mode specified: " + field.value);
    file.set_mode(mode);
  } else {
    return invalid("invalid field in secret request: " + field.key);
  }
  return {};
}

}  // namespace

Result<std::vector<PortConfig>> parse_ports(const std::string& text) {
  if (text.find('=') == std::string::npos) return parse_short_ports(text);
  PortConfig port;
  for (const Field& field : fields_of(text))
    if (auto put = put_port_field(port, field); !put) return put.refusal();
  if (port.target_port() == 0) return invalid("missing mandatory field \"target\"");
  return std::vector<PortConfig>{port};
}

Result<Mount> parse_mount(const std::string& text) {
  Mount mount;
  mount.set_type(Mount::VOLUME);
  for (const Field& field : fields_of(text))
    if (auto put = put_mount_field(mount, field); !put) return put.refusal();
  if (mount.target().empty())
    return invalid("invalid argument \"" + text + "\" for \"--mount\" flag: target is required");
  if (mount.has_volume_options() && mount.type() != Mount::VOLUME)
    return invalid("cannot mix 'volume-*' options with mount type '" + lower(Mount::Type_Name(mount.type())) + "'");
  if (mount.has_tmpfs_options() && mount.type() != Mount::TMPFS)
    return invalid("cannot mix 'tmpfs-*' options with mount type '" + lower(Mount::Type_Name(mount.type())) + "'");
  return mount;
}

Result<FileReference> parse_file_reference(const std::string& text, bool secret) {
  FileReference file;
  file.set_uid("0");
  file.set_gid("0");
  file.set_mode(0444);
  if (text.find('=') == std::string::npos)
    file.set_name(text);
  else
    for (const Field& field : fields_of(text))
      if (auto put = put_file_field(file, field); !put) return put.refusal();
  if (file.name().empty()) return invalid("source is required");
  // A secret's file is named relative to /run/secrets, a config's to the root.
  if (file.file_name().empty()) file.set_file_name(secret ? file.name() : "/" + file.name());
  return file;
}

Result<Ulimit> parse_ulimit(const std::string& text) {
  const std::size_t equals = text.find('=');
  const Refusal bad = invalid("invalid ulimit argument: " + text);
  if (equals == std::string::npos || equals == 0) return bad;
  const std::string value = text.substr(equals + 1);
  const std::size_t colon = value.find(':');
  const auto number = [](const std::string& digits) -> std::optional<std::int64_t> {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return out;
  };
  const auto soft = number(value.substr(0, colon));
  const auto hard = colon == std::string::npos ? soft : number(value.substr(colon + 1));
  if (!soft || !hard) return bad;
  if (*hard != -1 && (*soft == -1 || *soft > *hard))
    return invalid(fmt::format("ulimit soft limit must be less than or equal to hard limit: {} > {}", *soft, *hard));
  Ulimit out;
  out.set_name(text.substr(0, equals));
  out.set_soft(*soft);
  out.set_hard(*hard);
  return out;
}

}  // namespace skein::cli
