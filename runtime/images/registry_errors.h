// What a registry's refusal becomes for the user: Docker's texts.
// Source: moby distribution/errors.go (translatePullError); distribution-spec 1.0 "Error Codes".
#pragma once
#include "events/base/result.h"
#include "runtime/images/http_fetch.h"
#include "runtime/images/reference.h"

namespace skein::images {

Refusal registry_refusal(const HttpReply& reply, const Reference& reference);

}  // namespace skein::images
