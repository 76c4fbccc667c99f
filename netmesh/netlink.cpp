#include "netmesh/netlink.h"

#include <netlink/errno.h>
#include <netlink/handlers.h>

#include <exception>

namespace skein::mesh {
namespace {

constexpr int kBufferBytes = 1 << 20;
constexpr int kDumpAttempts = 10;

Refusal refusal_of(int error) {
  const int code = error < 0 ? -error : error;
  Errc errc = Errc::fault;
  if (code == NLE_OBJ_NOTFOUND || code == NLE_NODEV) errc = Errc::not_found;
  if (code == NLE_EXIST) errc = Errc::already_exists;
  return Refusal{errc, nl_geterror(error)};
}

int on_object(nl_msg* message, void* each) {
  (*static_cast<const std::function<void(nlmsghdr*)>*>(each))(nlmsg_hdr(message));
  return NL_OK;
}

}  // namespace

Message::Message(int type, int flags) : message_{nlmsg_alloc_simple(type, NLM_F_REQUEST | flags)} {
  CHECK(message_ != nullptr, "out of memory");
}

Message& Message::put(int type, const std::string& text) {
  CHECK(nla_put_string(message_.get(), type, text.c_str()) == 0);
  return *this;
}

Message& Message::put_bytes(int type, const std::string& bytes) {
  CHECK(nla_put(message_.get(), type, static_cast<int>(bytes.size()), bytes.data()) == 0);
  return *this;
}

Message& Message::put_u8(int type, std::uint8_t value) {
  CHECK(nla_put_u8(message_.get(), type, value) == 0);
  return *this;
}

Message& Message::put_u32(int type, std::uint32_t value) {
  CHECK(nla_put_u32(message_.get(), type, value) == 0);
  return *this;
}

Message& Message::nest(int type, const std::function<void(Message&)>& inside) {
  nlattr* start = nla_nest_start(message_.get(), type);
  CHECK(start != nullptr);
  inside(*this);
  nla_nest_end(message_.get(), start);
  return *this;
}

Result<Netlink> Netlink::open(int protocol) {
  Netlink netlink{nl_socket_alloc()};
  CHECK(netlink.socket_ != nullptr, "out of memory");
  nl_sock* socket = netlink.socket_.get();
  if (const int error = nl_connect(socket, protocol); error < 0) return refusal_of(error);
  nl_socket_set_buffer_size(socket, kBufferBytes, kBufferBytes);
  nl_socket_set_msg_buf_size(socket, kBufferBytes / 4);
  return netlink;
}

Result<void> Netlink::request(const Message& message) {
  nlmsg_get(message.get());  // nl_send_sync gives one reference up
  const int error = nl_send_sync(socket_.get(), message.get());
  if (error < 0) return refusal_of(error);
  return {};
}

Result<void> Netlink::dump(const Message& message, const std::function<void(nlmsghdr*)>& each) {
  nl_sock* socket = socket_.get();
  nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_object, const_cast<std::function<void(nlmsghdr*)>*>(&each));
  int error = -NLE_DUMP_INTR;
  for (int attempt = 0; attempt < kDumpAttempts && error == -NLE_DUMP_INTR; ++attempt) {
    nlmsg_hdr(message.get())->nlmsg_seq = NL_AUTO_SEQ;
    error = nl_send_auto(socket, message.get());
    if (error >= 0) error = nl_recvmsgs_default(socket);
  }
  nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_DEFAULT, nullptr, nullptr);
  if (error < 0) return refusal_of(error);
  return {};
}

}  // namespace skein::mesh
