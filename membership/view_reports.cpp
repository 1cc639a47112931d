#include "membership/view_reports.hpp"

namespace ariadne::membership {

void view_reports::changed(const std::string& node, std::string_view what) {
  tell({.node = node, .address = table_.find(node)->address(), .text = std::string{what}});
}

void view_reports::lost(const std::string& node, const std::string& reason, instant now) {
  if (is_leaving_)
    return;
  if (!is_unsteady(node))
    down(node, reason);
  else if (const auto due = life_.losses(node)->due_report(now))
    tell({.about = report::subject::unsteady, .node = node, .count = due->count, .time = due->within});
}

void view_reports::steady(const std::string& node) {
  const auto* record = table_.find(node);
  if (!record || is_leaving_)
    return;
  if (record->state == presence::up)
    changed(node, "is up, and the link to it holds again");
  else
    down(node, record->problem);
}

void view_reports::unreachable(const std::string& node, const std::string& address, const std::string& problem,
                               failure how) {
  tell({.about = report::subject::unreachable,
        .node = node,
        .address = address,
        .text = problem,
        .is_usual = how != failure::other});
}

void view_reports::name_claimed(const std::string& self, const std::string& address) {
  if (std::exchange(claimant_, address) != address)
    tell({.about = report::subject::name_claimed, .node = self, .address = address});
}

void view_reports::note_cause(const std::string& node, loss_cause cause) {
  if (cause == loss_cause::silence)
    silent_.insert(node);
  else
    silent_.erase(node);
}

bool view_reports::is_unsteady(const std::string& node) const {
  const auto* losses = life_.losses(node);
  return losses && losses->is_unsteady();
}

void view_reports::down(const std::string& node, const std::string& reason) {
  tell({.about = report::subject::down,
        .node = node,
        .address = table_.find(node)->address(),
        .text = reason,
        .cause = silent_.contains(node) ? loss_cause::silence : loss_cause::connection});
}

} // namespace ariadne::membership
