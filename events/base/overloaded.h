// overloaded: a visitor made of lambdas, for std::visit.
#pragma once

namespace skein {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace skein
