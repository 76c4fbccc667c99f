// AnswerPages: writes a Sight as Answer messages of bounded size.
//
// A page is sent when it has grown beyond kPageBytes; the head fields are in the first. Threads: the caller's own.
#pragma once
#include <functional>
#include <string>

#include "events/proto/control.pb.h"
#include "runtime/control/sight.h"

namespace skein {

inline constexpr std::size_t kPageBytes = 512 * 1024;

class AnswerPages {
 public:
  using Send = std::function<bool(const control::Answer&)>;  // false: the caller has gone
  // `first` holds the head fields.
  AnswerPages(control::Answer first, Send send) : page_{std::move(first)}, send_{std::move(send)} {}

  void write(const Sight& sight);
  void write_data(const std::string& config_id, std::string data);
  void write_local(const control::LocalNetwork& network);
  bool finish();  // sends the last page, also an empty one; false: the caller has gone

 private:
  void grew(std::size_t bytes);
  template <class List, class Into>
  void copy(const List& from, const Into& into);

  control::Answer page_;
  Send send_;
  std::size_t bytes_ = 0;
  bool gone_ = false;
};

}  // namespace skein
