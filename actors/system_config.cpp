#include "actors/system_config.hpp"

#include "actors/error.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/storage_messages.hpp"
#include "actors/network/guarded_multiplexer.hpp"
#include "actors/node_listing.hpp"
#include "actors/settings.hpp"
#include "actors/value_messages.hpp"

#include <caf/io/middleman.hpp>
#include <caf/node_id.hpp>
#include <caf/settings.hpp>

#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

/// CAF makes its modules of the system alone, and a configuration holds numbers and text only: so it holds the number
/// of what is kept here. Thread-safe.
class security_table {
public:
  void add(caf::actor_system_config& config, network_security security) {
    const std::lock_guard lock{mutex_};
    kept_.push_back(std::move(security));
    caf::put(config.content, key, static_cast<std::int64_t>(kept_.size()));
  }

  network_security of(caf::actor_system& system) {
    const auto number = caf::get_or(system.config(), key, std::int64_t{0});
    const std::lock_guard lock{mutex_};
    return number > 0 && number <= static_cast<std::int64_t>(kept_.size()) ? kept_[static_cast<std::size_t>(number) - 1]
                                                                           : network_security{};
  }

private:
  /// The name of the setting.
  static inline const std::string key = "ariadne.network-security";

  std::mutex mutex_;
  std::vector<network_security> kept_;
};

security_table& securities_of_configs() {
  static security_table table;
  return table;
}

/// Likewise, of what is counted.
class tally_table {
public:
  void add(caf::actor_system_config& config) {
    const std::lock_guard lock{mutex_};
    kept_.emplace_back();
    caf::put(config.content, key, static_cast<std::int64_t>(kept_.size() - 1));
  }

  node_tally& of(const caf::actor_system& system) {
    const auto number = caf::get_or(system.config(), key, std::int64_t{0});
    const std::lock_guard lock{mutex_};
    return kept_[number > 0 && number < static_cast<std::int64_t>(kept_.size()) ? static_cast<std::size_t>(number) : 0];
  }

private:
  static inline const std::string key = "ariadne.tally";

  std::mutex mutex_;
  /// The first one is for those that have none of their own.
  std::deque<node_tally> kept_ = std::deque<node_tally>(1);
};

tally_table& tallies_of_configs() {
  // Threads of name servers, which nothing waits for, count to the end.
  static auto& table = *new tally_table;
  return table;
}

/// CAF's network layer, guarded (docs/decisions/0009-own-scribe-and-frame-guard.md), in a system whose node id is drawn
/// at random (docs/decisions/0006-node-ids.md).
class middleman_with_own_id : public caf::io::middleman {
public:
  explicit middleman_with_own_id(caf::actor_system& system)
    : middleman(system), multiplexer_(detail::multiplexer_argument(system), securities_of_configs().of(system)) {}

  void init(caf::actor_system_config& config) override {
    middleman::init(config);
    // The base has given the system its id just now, and only from here on is it read.
    detail::set_node_id(system(), draw_node_id());
  }

  void start() override {
    // Others find these two by their names, and can have actors started by them, and settings read and written.
    for (const auto* name : {"ConfigServ", "SpawnServ"})
      unregister_actor(system(), name);
    middleman::start();
  }

  caf::io::network::multiplexer& backend() override {
    return multiplexer_;
  }

private:
  static caf::node_id draw_node_id() {
    std::random_device random;
    caf::node_id::default_data::host_id_type host;
    for (auto& byte : host)
      byte = static_cast<std::uint8_t>(random());
    // Neither part may be 0.
    host.back() |= 1;
    return caf::make_node_id(random() | 1, host);
  }

  guarded_multiplexer multiplexer_;
};

} // namespace

namespace detail {

template <>
void configure_for_type_ids_from<first_type_id>(caf::actor_system_config& config) {
  register_id_block<caf::id_block::ariadne_messages>(config);
  register_id_block<caf::id_block::ariadne>(config);
  register_id_block<caf::id_block::ariadne_values>(config);
  register_id_block<caf::id_block::ariadne_storage>(config);
  register_id_block<caf::id_block::ariadne_settings>(config);
  register_id_block<caf::id_block::ariadne_listing>(config);
  register_id_block<caf::id_block::ariadne_errors>(config);
  register_error_codes<ec>(config, describe);
  tallies_of_configs().add(config);
}

void load_network(caf::actor_system_config& config, network_security security) {
  if (security.tls || security.is_insecure)
    securities_of_configs().add(config, std::move(security));
  load_module<middleman_with_own_id>(config);
}

} // namespace detail

node_tally& tally_of(const caf::actor_system& system) {
  return tallies_of_configs().of(system);
}

void use_work_sharing(caf::actor_system_config& config) {
  detail::set_scheduler_policy(config, "sharing");
}

void use_threads(caf::actor_system_config& config, std::size_t count) {
  detail::set_scheduler_threads(config, count);
}

} // namespace ariadne
