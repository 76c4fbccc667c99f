// What the node says of itself, as the control socket gives it out. Any thread.
#pragma once
#include "actors/ports/gateway.h"
#include "events/proto/control.pb.h"
#include "runtime/api/node_control.h"
#include "runtime/containers/container_directory.h"

namespace skein {

// `gateway` may be nullptr: not a manager.
control::NodeStateReply node_state(const NodeControl& node, const ContainerDirectory& containers, Gateway* gateway);
SwarmInit init_of(const control::SwarmInitRequest& request);
control::LocalNetwork local_network_of(const LocalNetwork& network);

}  // namespace skein
