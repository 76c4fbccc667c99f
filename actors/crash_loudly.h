// crash_loudly: what an actor does with an exception that leaves a handler. None may; one that does is a broken
// invariant, so the process stops with the reason and a restart folds the log (architecture.md section 4).
#pragma once
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>

namespace skein {

template <class Self>
void crash_loudly(Self self) {
  self->set_exception_handler([name = self->name()](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      spdlog::critical("the {} actor threw: {}", name, error.what());
    } catch (...) {
      spdlog::critical("the {} actor threw something that is no exception", name);
    }
    spdlog::shutdown();
    std::abort();
  });
}

}  // namespace skein
