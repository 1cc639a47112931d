#include "session/mailbox.hpp"

#include <algorithm>

namespace ariadne::session {

bool mailbox::reserve(const std::string& payload) {
  if (waiting() >= budget_->messages_max || budget_->bytes + payload.size() > budget_->bytes_max)
    return false;
  budget_->bytes += payload.size();
  return true;
}

bool mailbox::post(message m) {
  if (!reserve(m.payload))
    return false;
  own_.push_back(std::move(m));
  return true;
}

bool mailbox::accept(message m) {
  if (!reserve(m.payload))
    return false;
  foreign_.push_back(std::move(m));
  return true;
}

mailbox::sent_map::value_type* mailbox::begin_to_send(const host_id& to, std::uint64_t epoch,
                                                      std::uint64_t connection) {
  const ownership next{epoch, to.incarnation};
  if (own_.empty() || (!sent_.empty() && route_ != next))
    return nullptr;
  route_ = next;
  auto& first = own_.front();
  const auto sent =
    sent_.try_emplace(first.number, sent_message{to, connection, epoch, std::move(first.payload)}).first;
  own_.pop_front();
  return &*sent;
}

void mailbox::take_back(std::uint64_t number, const host_id& self, std::uint64_t now_ms) {
  auto returned = sent_.extract(number);
  if (!returned)
    return;
  auto& m = returned.mapped();
  given_back_ = std::max(given_back_, ownership{m.epoch, m.to.incarnation});
  const auto later =
    std::find_if(own_.begin(), own_.end(), [&](const message& other) { return other.number > number; });
  own_.insert(later, {self, number, std::move(m.payload), now_ms});
}

const mailbox::sent_message* mailbox::find_sent(std::uint64_t number) const {
  const auto found = sent_.find(number);
  return found == sent_.end() ? nullptr : &found->second;
}

void mailbox::forget_sent(std::uint64_t number) {
  if (const auto gone = sent_.extract(number))
    release(gone.mapped().payload);
}

std::optional<mailbox::message> mailbox::take_older_than(std::list<message>& queue, std::uint64_t wait_ms,
                                                         std::uint64_t now_ms) {
  if (queue.empty() || now_ms < queue.front().arrived_ms + wait_ms)
    return std::nullopt;
  auto result = std::move(queue.front());
  queue.pop_front();
  release(result.payload);
  return result;
}

void mailbox::drop(std::uint64_t number, const host_id& origin) {
  for (auto* queue : {&own_, &foreign_})
    std::erase_if(*queue, [&](const message& m) {
      const auto is_dropped = m.origin == origin && m.number == number;
      if (is_dropped)
        release(m.payload);
      return is_dropped;
    });
}

void mailbox::drop_all_of(const host_id& origin) {
  std::erase_if(foreign_, [&](const message& m) {
    if (m.origin == origin)
      release(m.payload);
    return m.origin == origin;
  });
}

std::size_t mailbox::bytes() const {
  std::size_t result = 0;
  for (const auto* queue : {&own_, &foreign_})
    for (const auto& m : *queue)
      result += m.payload.size();
  for (const auto& [number, m] : sent_)
    result += m.payload.size();
  return result;
}

std::string_view mailbox::check_invariants(const host_id& self) const {
  for (const auto& [number, m] : sent_)
    if (ownership{m.epoch, m.to.incarnation} != route_)
      return "messages of one host are with two owners";
  for (auto m = own_.begin(); m != own_.end(); ++m)
    if (m->origin != self || (m != own_.begin() && std::prev(m)->number >= m->number))
      return "messages of a host wait out of order";
  if (std::any_of(foreign_.begin(), foreign_.end(), [&](const message& m) { return m.origin == self; }))
    return "a message of this host waits among those of others";
  return {};
}

} // namespace ariadne::session
