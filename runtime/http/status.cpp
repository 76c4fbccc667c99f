#include "runtime/http/status.h"

namespace skein {

int http_status(Errc code) {
  switch (code) {
    case Errc::ok:
      return 200;
    case Errc::invalid:
    case Errc::in_use:
    case Errc::failed_precondition:
      return 400;
    case Errc::unauthenticated:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::already_exists:
    case Errc::conflict:
      return 409;
    case Errc::unimplemented:
      return 501;
    case Errc::unavailable:
      return 503;
    case Errc::out_of_sequence:
    case Errc::outcome_unknown:
    case Errc::exhausted:
    case Errc::fault:
      return 500;
  }
  return 500;  // a code of a newer node
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "UPGRADED";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

}  // namespace skein
