#include "membership/cluster_identity.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::membership {

cluster_identity::cluster_identity(std::string self, std::set<std::string> voters, std::optional<cluster_id> kept)
  : self_(std::move(self)), voters_(std::move(voters)), keeps_journal_(kept.has_value()) {
  if (kept)
    own_ = kept_ = *kept;
  settle();
}

void cluster_identity::met(const std::string& node, cluster_id its) {
  if (voters_.contains(node))
    others_[node] = its;
  if (keeps_journal_ && takes_over(its))
    own_ = {its.number, its.is == agreement::final ? agreement::final : agreement::provisional};
  settle();
}

bool cluster_identity::takes_over(cluster_id its) const {
  if (its.number == 0 || own_.is == agreement::final)
    return false;
  if (its.is == agreement::final || own_.number == 0)
    return true;
  if (own_.is == agreement::pledged)
    return false;
  return its.is == agreement::pledged || its.number < own_.number;
}

void cluster_identity::settle() {
  if (own_.number == 0 || own_.is == agreement::final || !voters_.contains(self_))
    return;
  if (is_vote_split())
    own_.number = smallest_of_voters();
  if (is_majority(count(own_.number, agreement::provisional)))
    own_.is = agreement::pledged;
  if (is_majority(count(own_.number, agreement::pledged)))
    own_.is = agreement::final;
}

bool cluster_identity::is_vote_split() const {
  return std::all_of(voters_.begin(), voters_.end(), [this](const auto& node) {
    const auto id = id_of(node);
    return id.is == agreement::pledged && !is_majority(count(id.number, agreement::pledged));
  });
}

std::uint64_t cluster_identity::smallest_of_voters() const {
  auto result = own_.number;
  for (const auto& node : voters_)
    result = std::min(result, id_of(node).number);
  return result;
}

cluster_id cluster_identity::id_of(const std::string& voter) const {
  if (voter == self_)
    return own_;
  const auto found = others_.find(voter);
  return found == others_.end() ? cluster_id{} : found->second;
}

std::size_t cluster_identity::count(std::uint64_t number, agreement at_least) const {
  return static_cast<std::size_t>(std::count_if(voters_.begin(), voters_.end(), [&](const auto& voter) {
    const auto id = id_of(voter);
    return id.number == number && id.is >= at_least;
  }));
}

std::optional<cluster_id> cluster_identity::to_keep() {
  if (!keeps_journal_ || being_kept_ || own_ == kept_)
    return std::nullopt;
  being_kept_ = own_;
  return being_kept_;
}

void cluster_identity::kept() {
  if (being_kept_)
    kept_ = *std::exchange(being_kept_, std::nullopt);
}

std::optional<std::uint64_t> cluster_identity::outvoted_by() const {
  if (kept_.is != agreement::final)
    return std::nullopt;
  for (const auto& voter : voters_)
    if (const auto its = id_of(voter); is_foreign(its) && is_majority(count(its.number, agreement::final)))
      return its.number;
  return std::nullopt;
}

std::string cluster_identity::check_invariants() const {
  if (!keeps_journal_ && (own_.number != 0 || kept_.number != 0))
    return "C1: a node without a journal has the id of a cluster";
  if (kept_.is == agreement::final && own_ != kept_)
    return "C2: an id that is final is given up";
  return {};
}

std::string cluster_id_text(std::uint64_t number) {
  std::string result;
  for (int shift = 60; shift >= 0; shift -= 4)
    result.push_back("0123456789abcdef"[number >> shift & 0xf]);
  return result;
}

} // namespace ariadne::membership
