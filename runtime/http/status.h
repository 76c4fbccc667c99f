// The one table from Errc to HTTP status, and the reason phrases that go with a status.
//
// Source: Docker Engine's httpstatus/status.go. Pure; any thread.
#pragma once
#include <string_view>

#include "events/base/result.h"

namespace skein {

int http_status(Errc code);
std::string_view reason_phrase(int status);  // "Unknown" for what we never send

}  // namespace skein
