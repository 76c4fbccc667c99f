// Netlink over libnl-3: one socket, messages that build and free themselves, requests that wait for their answer.
//
// A socket belongs to the network namespace its thread was in when it was opened, for ever; moving the thread later
// does not move it. Used from one thread at a time. Refusals carry the kernel's reason (Errc::not_found for "no such
// object", already_exists, otherwise fault), so callers can make removals repeatable.
#pragma once
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "events/base/result.h"

namespace skein::mesh {

class Message {
 public:
  Message(int type, int flags);
  template <class Header>
  Message& header(const Header& header) {
    CHECK(nlmsg_append(message_.get(), const_cast<Header*>(&header), sizeof header, NLMSG_ALIGNTO) == 0);
    return *this;
  }
  Message& put(int type, const std::string& text);  // with its end
  Message& put_bytes(int type, const std::string& bytes);
  Message& put_u8(int type, std::uint8_t value);
  Message& put_u32(int type, std::uint32_t value);
  // Attributes put by `inside` become children of one of this type.
  Message& nest(int type, const std::function<void(Message&)>& inside);
  nl_msg* get() const { return message_.get(); }

 private:
  struct Free {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
  };
  std::unique_ptr<nl_msg, Free> message_;
};

class Netlink {
 public:
  static Result<Netlink> open(int protocol);  // NETLINK_ROUTE, NETLINK_NETFILTER, NETLINK_SOCK_DIAG

  Result<void> request(const Message& message);
  // Calls `each` for every object of a dump; starts over when the kernel says the dump was cut by a change, so `each`
  // may see an object twice and must take the later one.
  Result<void> dump(const Message& message, const std::function<void(nlmsghdr*)>& each);

 private:
  struct Free {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
  };
  explicit Netlink(nl_sock* socket) : socket_{socket} {}
  std::unique_ptr<nl_sock, Free> socket_;
};

}  // namespace skein::mesh
