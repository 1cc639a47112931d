#pragma once

#include "test/support/packet_delay.hpp"

#include <boost/test/tree/test_unit.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test {

/// Hosts with a network of their own in this kernel: each host is a network namespace with one Ethernet port, and all
/// ports are on one switch. The namespaces have no names: they go with this object and the processes in them, even if
/// the test process is killed.
///
/// The thread that makes this object sits at the switch until it destroys it, and so do the threads and processes that
/// it starts meanwhile. They reach every host, and no fault reaches them. Needs root, `ip` and `nft`.
///
/// All functions throw std::runtime_error with what the kernel or the program says.
class virtual_network {
public:
  explicit virtual_network(const std::vector<std::string>& hosts);
  ~virtual_network();

  virtual_network(const virtual_network&) = delete;
  virtual_network& operator=(const virtual_network&) = delete;

  /// The IPv4 address of the host.
  std::string address(const std::string& host) const;

  /// The descriptor of the host's namespace, for child_process.
  int network_namespace(const std::string& host) const;

  /// What `from` sends to `to` no longer arrives; the other direction is left as it is.
  void cut_one_way(const std::string& from, const std::string& to);

  /// Nothing passes between the two any more.
  void cut(const std::string& one, const std::string& other);

  /// Nothing passes between the hosts of `side` and the others any more.
  void partition(const std::set<std::string>& side);

  /// From now on each packet between hosts is lost with this probability.
  void lose(unsigned percent);

  /// From now on each packet between hosts takes this much longer.
  void delay(std::chrono::microseconds one_way);

  /// From now on each host sends so many megabits a second at most. What waits longer than 100 ms is lost. To be called
  /// after `delay`, if that is. Needs `tc` and a kernel with the token bucket filter.
  void limit_rate(unsigned megabits);

  /// Ends all faults.
  void heal();

private:
  struct host {
    std::uint32_t number = 0;
    int network_namespace = -1;
    /// Those whose packets it does not get.
    std::set<std::string> deaf_to;
  };

  void plug_in(const host& plugged) const;
  void apply(const host& changed) const;
  void apply() const;

  int home_ = -1;
  std::map<std::string, host> hosts_;
  unsigned loss_percent_ = 0;
  std::unique_ptr<packet_delay> delay_;
  bool is_rate_limited_ = false;
};

/// A precondition for test cases: skips them, with the reason, where there can be no virtual network. Under continuous
/// integration (the environment variable CI is set) they are not skipped, but fail.
boost::test_tools::assertion_result has_virtual_network(boost::unit_test::test_unit_id);

/// Another one, for what `virtual_network::limit_rate` needs besides; such tests are skipped everywhere.
boost::test_tools::assertion_result has_rate_limit(boost::unit_test::test_unit_id);

} // namespace ariadne::test
