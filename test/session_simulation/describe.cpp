#include "test/session_simulation/describe.hpp"

#include <variant>

namespace ariadne::session_simulation {

using namespace ariadne::session;

namespace {

std::string name(const session_key& key) {
  return key.kind + "/" + key.id;
}

const char* name(verdict v) {
  switch (v) {
    case verdict::granted:
      return "granted";
    case verdict::outdated:
      return "outdated";
    case verdict::owned:
      return "owned";
    case verdict::granted_to_other:
      return "granted to other";
    case verdict::promised:
      return "promised";
    case verdict::not_ready:
      return "not ready";
  }
  return "?";
}

struct describer {
  std::string operator()(const announce& m) const {
    return std::string{"announce"} + (m.profile.cordoned ? " cordoned" : "") + (m.profile.draining ? " draining" : "")
           + (m.profile.is_ready ? " ready" : "");
  }

  std::string operator()(const claim& m) const {
    return "claim " + name(m.key) + " epoch " + std::to_string(m.epoch) + " over " + std::to_string(m.base.epoch) + "."
           + std::to_string(m.base.revision) + " phase " + std::to_string(static_cast<int>(m.base_phase)) + " of "
           + m.base_owner.node;
  }

  std::string operator()(const claim_answer& m) const {
    return "claim of " + name(m.key) + " epoch " + std::to_string(m.epoch) + ": " + name(m.answer) + ", knows "
           + std::to_string(m.epoch_known);
  }

  std::string operator()(const claim_withdrawn& m) const {
    return "withdrawn " + name(m.key) + " epoch " + std::to_string(m.epoch);
  }

  std::string operator()(const start_request& m) const {
    return "start s" + std::to_string(m.number) + " " + name(m.key);
  }

  std::string operator()(const stop_request& m) const {
    return "stop e" + std::to_string(m.number) + " " + name(m.key);
  }

  std::string operator()(const delivery& m) const {
    return "delivery d" + std::to_string(m.number) + " to " + name(m.key) + " epoch " + std::to_string(m.epoch);
  }

  std::string operator()(const leaving& m) const {
    return "leaving " + std::to_string(m.number);
  }

  std::string operator()(const leaving_answer& m) const {
    return "answer to leaving " + std::to_string(m.number);
  }

  std::string operator()(const response& m) const {
    return "response " + std::to_string(m.number) + ": " + std::string{to_string(m.result)};
  }

  std::string operator()(const lease_question& m) const {
    return "lease question " + std::to_string(m.asked_ms);
  }

  std::string operator()(const lease_answer& m) const {
    return "lease answer " + std::to_string(m.asked_ms);
  }

  std::string operator()(const loser_state& m) const {
    return "state of the loser of " + name(m.key);
  }

  std::string operator()(const run_question& m) const {
    return "may it run " + name(m.key) + " epoch " + std::to_string(m.epoch);
  }

  std::string operator()(const impediment& m) const {
    return "cannot take " + name(m.key) + ": " + m.detail;
  }

  std::string operator()(const run_answer& m) const {
    return std::string{m.agreed ? "agreed" : "not agreed"} + " to " + name(m.key) + " epoch " + std::to_string(m.epoch);
  }

  std::string operator()(const voters& m) const {
    return "counts a majority of " + std::to_string(m.names.size()) + " nodes";
  }

  std::string operator()(const request_withdrawn& m) const {
    return "withdrawn " + std::to_string(m.number) + " " + name(m.key);
  }
};

} // namespace

std::string describe(const peer_message& message) {
  return std::visit(describer{}, message);
}

} // namespace ariadne::session_simulation
