// caf_compat: every spelling of CAF that moved between 0.17 and 1.x, in one place. Actors use these names only.
//
// Declare an actor's interface as serves<void(Message), ...>. All our messages go one way: an answer is a message of
// its own, so there is no request, no promise to drop and no timeout to keep (caf 0.17: a dropped promise is silence,
// every answered request's timeout stays queued, await blocks even exit messages).
// Messages are plain structs marked CAF_ALLOW_UNSAFE_MESSAGE_TYPE: they never leave the process.
#pragma once
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace skein {

template <class>
struct Sig;
template <class... Args>
struct Sig<void(Args...)> {
  using type = caf::reacts_to<Args...>;
};

template <class... Fs>
using serves = caf::typed_actor<typename Sig<Fs>::type...>;

}  // namespace skein
