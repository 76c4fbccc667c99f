// random_hex: `digits` random hexadecimal digits from the kernel, for container ids and anonymous volumes. Any thread.
#pragma once
#include <cstddef>
#include <string>

namespace skein {

std::string random_hex(std::size_t digits);

}  // namespace skein
