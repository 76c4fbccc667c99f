// ActorFixture: an actor system on CAF's fake scheduler and clock. No thread runs and no time passes by itself. The one
// file of the tests that knows CAF's test coordinator (caf-0.17 notes, section 10).
//
// Everything that ends an actor is up to whoever spawned it; end_all() at the latest, before what actors refer to is
// destroyed. With a seed, actors run in an order drawn from it, one message at a time.
#pragma once
#include <spdlog/spdlog.h>

#include <algorithm>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "events/base/check.h"
#include "events/base/clock.h"
#include "events/base/rng.h"

namespace skein::test {

class ActorFixture {
 public:
  explicit ActorFixture(std::optional<std::uint64_t> seed = {}) {
    spdlog::set_level(spdlog::level::critical);
    if (seed) rng_.emplace(*seed);
  }
  ~ActorFixture() { end_all(); }
  ActorFixture(const ActorFixture&) = delete;
  ActorFixture& operator=(const ActorFixture&) = delete;

  caf::actor_system& system() { return system_; }
  caf::local_actor& parent() { return *parent_.ptr(); }
  WallTime now() const { return {kStart_ns + clock_.now().time_since_epoch().count()}; }

  // Will be ended by end_all(), the last first.
  template <class Handle>
  Handle root(Handle handle) {
    enders_.push_back([handle] { caf::anon_send_exit(handle, caf::exit_reason::kill); });
    return handle;
  }
  template <class Handle>
  void end(const Handle& handle) {
    caf::anon_send_exit(handle, caf::exit_reason::kill);
    run();
  }
  template <class Handle, class Message>
  void tell(const Handle& handle, Message message) {
    caf::anon_send(handle, std::move(message));
    run();
  }

  // Until nobody has anything in its mailbox. CHECKs that this comes about: actors may not answer each other for ever.
  void run() {
    for (int left = kStepsMax; scheduler_.has_job(); --left) {
      CHECK(left > 0, "the actors never come to rest");
      if (rng_) {
        const auto chosen = static_cast<std::ptrdiff_t>(rng_->below(scheduler_.jobs.size()));
        std::rotate(scheduler_.jobs.begin(), scheduler_.jobs.begin() + chosen, scheduler_.jobs.begin() + chosen + 1);
      }
      scheduler_.run_once();
    }
  }
  // Timers fire in their time, in slices: what a handler arms is seen by the next slice.
  void pass(std::chrono::milliseconds time, std::chrono::milliseconds slice = std::chrono::milliseconds{10}) {
    for (run(); time.count() > 0; time -= slice) {
      scheduler_.advance_time(std::min(time, slice));
      run();
    }
  }

  // Actors that live now, without the fixture's own.
  std::size_t actors() { return system_.registry().running() - before_; }

  void end_all() {
    for (; !enders_.empty(); enders_.pop_back()) enders_.back()();
    run();
    scheduler_.clock().cancel_all();
    run();
  }

 private:
  static constexpr int kStepsMax = 200'000;
  static constexpr std::int64_t kStart_ns = 1'700'000'000'000'000'000;
  struct Config : caf::actor_system_config {
    Config() {
      set("scheduler.policy", caf::atom("testing"));
      set("logger.inline-output", true);
      set("scheduler.max-throughput", std::size_t{1});
    }
  };

  Config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_ = static_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  const caf::actor_clock& clock_ = scheduler_.clock();
  caf::scoped_actor parent_{system_, true};
  std::size_t before_ = system_.registry().running();
  std::vector<std::function<void()>> enders_;
  std::optional<SeededRng> rng_;
};

// Wall time that follows the fixture's virtual time.
class FixtureClock final : public Clock {
 public:
  explicit FixtureClock(const ActorFixture& fixture) : fixture_{fixture} {}
  WallTime now() const override { return fixture_.now(); }

 private:
  const ActorFixture& fixture_;
};

}  // namespace skein::test
