// SpecFlags: the flags of `service create` and `service update`, and what each does to a spec.
//
// One table of flags (spec_flags.cpp, list_flags.cpp): name, help, and how its text changes a ServiceSpec; applied in
// the table's order, and of one flag in the order typed. A text that is no value of its flag is a refusal that begins
// "invalid argument" (exit 125, as docker); one that does not fit the service is another (exit 1). Names of secrets,
// configs and networks are left as typed; resolve.h finds their ids. Source: docker/cli cli/command/service/opts.go.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace CLI {
class App;
}  // namespace CLI

namespace skein::cli {

struct SpecFlag {
  enum class Kind : unsigned char { text, flag };
  const char* name;  // "-p,--publish"
  const char* help;
  Result<void> (*set)(ServiceSpec& spec, const std::string& value);  // of a flag: "true" or "false"
  Kind kind = Kind::text;
};

std::span<const SpecFlag> create_only_flags();
std::span<const SpecFlag> common_flags();  // one value each
std::span<const SpecFlag> create_list_flags();
std::span<const SpecFlag> update_only_flags();
std::span<const SpecFlag> update_list_flags();

// What was typed for the flags of one command.
class SpecFlags {
 public:
  static std::shared_ptr<SpecFlags> for_create(CLI::App& command);
  static std::shared_ptr<SpecFlags> for_update(CLI::App& command);
  Result<void> apply(ServiceSpec& spec) const;
  bool empty() const;

 private:
  struct Typed {
    const SpecFlag* flag = nullptr;
    std::vector<std::string> values;
  };
  void add(CLI::App& command, std::span<const SpecFlag> flags);
  std::vector<std::unique_ptr<Typed>> typed_;  // stable addresses: the parser writes into them
};

// Words as a shell would split them: --args "sh -c 'sleep 1'". Refused: a quote without its end.
Result<std::vector<std::string>> split_words(const std::string& text);

}  // namespace skein::cli
