#include "runtime/control/status.h"

#include <charconv>
#include <string>

namespace skein {
namespace {

constexpr std::size_t kTextBytesMax = 4096;

grpc::StatusCode code_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case Errc::not_found:
      return grpc::StatusCode::NOT_FOUND;
    case Errc::already_exists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case Errc::unavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case Errc::unimplemented:
      return grpc::StatusCode::UNIMPLEMENTED;
    case Errc::unauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case Errc::forbidden:
      return grpc::StatusCode::PERMISSION_DENIED;
    case Errc::exhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case Errc::fault:
      return grpc::StatusCode::INTERNAL;
    default:
      return grpc::StatusCode::FAILED_PRECONDITION;
  }
}

}  // namespace

grpc::Status to_status(const Refusal& refusal) {
  return {code_of(refusal.code), refusal.text.substr(0, kTextBytesMax), std::to_string(static_cast<int>(refusal.code))};
}

Refusal to_refusal(const grpc::Status& status) {
  const std::string details = status.error_details();
  int number = 0;
  const auto [end, error] = std::from_chars(details.data(), details.data() + details.size(), number);
  const bool ours = error == std::errc{} && end == details.data() + details.size() && number > 0 &&
                    number <= static_cast<int>(Errc::conflict);
  return {ours ? static_cast<Errc>(number) : Errc::unavailable, status.error_message()};
}

}  // namespace skein
