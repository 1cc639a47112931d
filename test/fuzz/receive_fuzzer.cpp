// The replication protocol against neighbours that belong to the cluster and are hostile: see hostile_play.

#include "crdt/mix.hpp"

#include "test/fuzz/hostile_play.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace ariadne;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  fuzz::hostile_play play{fuzz::script{input}};
  play.run();
  // An id that nobody has named before.
  std::uint64_t id = 0x9e3779b97f4a7c15 + size;
  for (auto byte : input)
    id = crdt::mix(id + static_cast<std::uint8_t>(byte));
  play.hand_over({id | 1});
  return 0;
}
