#pragma once

#include "test/support/cluster_process.hpp"

#include <boost/test/unit_test.hpp>

namespace ariadne::test {

/// Two nodes without certificates, with something in them that must not be lost.
struct attacked_nodes : cluster_process {
  attacked_nodes() : cluster_process({"a", "b"}) {
    start("a");
    start("b");
    settle();
    BOOST_TEST(run("a", {"stash", "kept"}, "round 7").exit_code == 0);
  }

  bool is_unharmed() {
    settle();
    return run("a", {"pickup", "kept"}).out == "round 7";
  }
};

} // namespace ariadne::test
