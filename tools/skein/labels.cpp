#include "tools/skein/labels.h"

#include <map>

namespace skein::cli {

void put_labels(const std::vector<std::string>& typed, LabelList& into) { change_labels(typed, {}, into); }

void change_labels(const std::vector<std::string>& add, const std::vector<std::string>& remove, LabelList& labels) {
  std::map<std::string, std::string> all;
  for (const Label& label : labels) all[label.key()] = label.value();
  for (const std::string& key : remove) all.erase(key);
  for (const std::string& text : add) {
    const std::size_t equals = text.find('=');
    all[text.substr(0, equals)] = equals == std::string::npos ? "" : text.substr(equals + 1);
  }
  labels.Clear();
  for (const auto& [key, value] : all) {
    Label& label = *labels.Add();
    label.set_key(key);
    label.set_value(value);
  }
}

}  // namespace skein::cli
