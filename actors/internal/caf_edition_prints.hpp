#pragma once

// Where CAF prints what it did not expect: in 0.17 always to std::cout.

#include <caf/actor_system.hpp>
#include <caf/config.hpp>

#ifdef CAF_VERSION_MAJOR
#include <caf/term.hpp>

#include <cstddef>
#include <iostream>
#endif

namespace ariadne {

/// Has CAF print to std::cout, so that whoever redirects that has all that it prints.
inline void print_to_cout([[maybe_unused]] caf::actor_system& system) {
#ifdef CAF_VERSION_MAJOR
  system.redirect_text_output(
    nullptr,
    [](void*, caf::term, const char* text, std::size_t size) {
      std::cout.write(text, static_cast<std::streamsize>(size)).flush();
    },
    [](void*) {});
#endif
}

} // namespace ariadne
