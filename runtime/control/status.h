// Refusals as gRPC statuses, and back: the text for people is the message, the Errc travels in the details.
//
// A status that did not come from a refusal (no connection, deadline, cancelled) becomes Errc::unavailable. Texts are
// cut at 4 KiB, because a status travels in headers. Pure; any thread.
#pragma once
#include <grpcpp/support/status.h>

#include "events/base/result.h"

namespace skein {

grpc::Status to_status(const Refusal& refusal);
Refusal to_refusal(const grpc::Status& status);  // REQUIRES !status.ok()

}  // namespace skein
