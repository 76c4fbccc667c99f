// unshare: makes a state writable without changing what others hold. Copy-on-write, without the copy when nobody else
// looks: a pointer held only here is changed in place.
//
// Threads: others may hold and drop their pointers on any thread; only the owner of `state` may hand out new ones, so
// a count of one cannot grow behind our back. The fence pairs with the release in the last other holder's drop, so
// that its reads come before our writes.
#pragma once
#include <atomic>
#include <memory>

namespace skein {

template <class T>
T& unshare(std::shared_ptr<T>& state) {
  if (state.use_count() == 1) {
    std::atomic_thread_fence(std::memory_order_acquire);
  } else {
    state = std::make_shared<T>(*state);
  }
  return *state;
}

}  // namespace skein
