// The --pretty forms of nodes, services and configs: docker's layout, tabs and odd spaces included.
//
// Source: docker/cli cli/command/{node,service,config}/formatter.go and the transcripts. Pure.
#pragma once
#include <string>

#include "events/proto/control.pb.h"

namespace skein::cli {

std::string pretty_nodes(const control::Answer& answer);
std::string pretty_services(const control::Answer& answer);
std::string pretty_configs(const control::Answer& answer);
std::string pretty_secrets(const control::Answer& answer);

}  // namespace skein::cli
