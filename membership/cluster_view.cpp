#include "membership/cluster_view.hpp"

#include "membership/endpoint.hpp"

#include <algorithm>

namespace ariadne::membership {

namespace {

/// Others are told who is up this often, one of them at a time, if that is often enough for `forget_after_ms`.
constexpr std::chrono::seconds news_interval_max{10};
constexpr unsigned news_before_forgotten = 20;
/// An id that could not be kept on the disk is tried to be kept again after this time.
constexpr std::chrono::seconds keep_again{1};

template <class Duration>
std::chrono::milliseconds to_ms(Duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

} // namespace

cluster_view::cluster_view(view_options options, const moment& now)
  : options_(std::move(options)), table_(options_.table),
    dialling_(table_,
              {.reconnect_min_ms = options_.table.reconnect_min_ms,
               .reconnect_max_ms = options_.table.reconnect_max_ms,
               .attempts_max = options_.table.attempts_max},
              commands_),
    life_(options_.heartbeats, now.clocks), reports_(table_, life_, commands_),
    identity_(options_.node, options_.voters, options_.id), copies_(options_.former),
    expected_(options_.expect, options_.expect_wait), now_(now) {
  for (const auto& [node, address] : options_.listed)
    if (node != options_.node && is_name(node)) {
      table_.list(node, address, now_ms());
      life_.await(node);
    }
}

std::uint64_t cluster_view::now_ms() const {
  return static_cast<std::uint64_t>(to_ms(present().time_since_epoch()).count());
}

void cluster_view::look(const moment& now) {
  now_ = now;
  const auto pause = life_.look(now.clocks);
  if (pause == liveness::duration{})
    return;
  reports_.tell({.about = report::subject::not_run,
                 // Others hardly miss it in less than that.
                 .is_usual = pause < options_.heartbeats.tolerance,
                 .time = to_ms(pause)});
  for (const auto& node : table_.names()) {
    if (is_up(node))
      table_.alive(node, now_ms());
    table_.hurry(node, now_ms());
  }
  schedule_attempts();
}

// -- other nodes -----------------------------------------------------------------------------------------------------

std::optional<refusal> cluster_view::introduced(contact by, const introduction& other, const moment& now) {
  look(now);
  if (auto refused = reason_to_refuse(other, by)) {
    report_refusal(other, by, *refused);
    if (refused->cause == refusal_cause::other_journal)
      met_foreign(other.node, other.id);
    return refused;
  }
  if (refused_.erase(by) > 0)
    command(watch_no_more{by});
  join(other, by);
  return std::nullopt;
}

void cluster_view::name_claimed(const std::string& address) {
  reports_.name_claimed(options_.node, address);
}

bool cluster_view::has_left(contact by, const std::string& node, const moment& now) {
  look(now);
  const auto found = peers_.find(node);
  if (found == peers_.end() || !is_up(node) || found->second.membership != by)
    return false;
  reports_.changed(node, "has left");
  found->second.incarnation = 0;
  life_.gone(node);
  const auto is_forgotten = table_.leave(node, now_ms());
  if (has_handoff_)
    command(tell_handoff{node, standing::left});
  if (is_forgotten)
    drop(node);
  schedule_attempts();
  return true;
}

void cluster_view::told(contact by, const std::vector<news>& members, const moment& now) {
  look(now);
  if (std::any_of(peers_.begin(), peers_.end(),
                  [&](const auto& entry) { return is_member(entry.first, entry.second, by); }))
    hear(members);
}

void cluster_view::heard(contact by, const beat& sign, const moment& now) {
  look(now);
  for (const auto& [node, p] : peers_)
    if (is_member(node, p, by)) {
      life_.heard(node, sign, present());
      table_.alive(node, now_ms());
    }
}

void cluster_view::seen(contact by, const link_activity& activity) {
  for (const auto& [node, p] : peers_)
    if (p.membership == by)
      life_.seen(node, activity);
}

void cluster_view::ended(contact whom, const std::string& reason, const moment& now) {
  look(now);
  refused_.erase(whom);
  std::vector<std::string> lost;
  for (const auto& [node, p] : peers_)
    if (p.membership == whom)
      lost.push_back(node);
  for (const auto& node : lost)
    lose(node, reason);
  // Who was found at an address, and has not said yet who it is.
  for (const auto& made : dialling_.await_no_more(whom))
    fail(made, reason, failure::unreachable);
}

std::optional<refusal> cluster_view::reason_to_refuse(const introduction& other, contact by) const {
  if (is_leaving_)
    return refusal{"node " + options_.node + " is leaving", refusal_cause::leaving};
  if (auto refused = membership::reason_to_refuse(other, options_.cluster, options_.node, options_.address))
    return refused;
  const auto found = peers_.find(other.node);
  if (found != peers_.end() && is_up(other.node) && found->second.membership != by
      && found->second.introduced.differs_from(other))
    return name_taken(other.node, table_.find(other.node)->address());
  if (identity_.is_foreign(other.id)) {
    auto self = own_introduction(now_);
    self.id = identity_.own();
    return of_another_cluster(other, self);
  }
  return std::nullopt;
}

/// It is no member, and one that has been before it had this id is none any more.
void cluster_view::met_foreign(const std::string& node, cluster_id its) {
  identity_.met(node, its);
  if (is_up(node))
    command(disconnect{peers_.at(node).membership});
  if (const auto other = identity_.outvoted_by())
    command(give_up_journal{"the journal of this node is of the cluster with the id "
                            + cluster_id_text(identity_.told().number) + ", and most nodes are of another one named "
                            + options_.cluster + ", with the id " + cluster_id_text(*other)});
}

void cluster_view::look_for_copy(const introduction& other) {
  if (const auto found = copies_.met(other.node, other.incarnation, other.restored_from))
    reports_.tell({.about = report::subject::journal_copied,
                   .node = other.node,
                   .address = other.address,
                   .text = *found == copied_journals::finding::of_running
                             ? "the journal of this node is a copy of that of node " + other.node
                             : "the journals of this node and of node " + other.node + " are copies of one"});
}

/// To be called after whatever may have changed which id this node is to have.
void cluster_view::keep_identity() {
  if (present() >= id_due_)
    if (const auto id = identity_.to_keep())
      command(keep_id{*id});
}

void cluster_view::id_kept(const moment& now) {
  look(now);
  identity_.kept();
  // For the others, who leaves is gone already.
  if (!is_leaving_)
    introduce_to_members();
  keep_identity();
}

void cluster_view::id_not_kept(const moment& now) {
  look(now);
  identity_.not_kept();
  id_due_ = present() + keep_again;
}

void cluster_view::report_refusal(const introduction& other, contact by, const refusal& refused) {
  const auto [known, is_first] = refused_.try_emplace(by);
  if (is_first)
    command(watch{by});
  if (std::exchange(known->second, refused.reason) == refused.reason || is_leaving_)
    return;
  reports_.tell(
    {.about = report::subject::refused, .node = other.node, .address = other.address, .text = refused.reason});
  if (const auto owner = peers_.find(other.node); refused.cause == refusal_cause::name_taken && owner != peers_.end())
    command(warn_of_claimant{owner->second.membership, other.address});
}

/// Makes a node a member, or takes note of its new incarnation. The introduction has been found acceptable. `dialled`:
/// where this node has reached it, if it has.
void cluster_view::join(const introduction& other, contact by, const std::string& dialled) {
  has_been_member_ = true;
  auto& p = peers_[other.node];
  const auto is_new = p.membership != by;
  // What is not watched any more would end unheard.
  if (is_new && dialling_.await_no_more(other.node))
    end_attempt(other.node);
  set_contact(p, by);
  p.introduced.address = other.address;
  if (!other.reached_at.empty())
    p.introduced.reached_at = other.reached_at;
  const auto was_up = is_up(other.node);
  table_.up(other.node, where_to_reach(other, dialled), other.incarnation, now_ms());
  const auto was_in_doubt = life_.is_in_doubt(other.node);
  if (!was_up || is_new)
    life_.up(other.node, other.incarnation, present());
  const auto before = std::exchange(p.incarnation, other.incarnation);
  if (!was_up || before != p.incarnation) {
    if (!reports_.is_unsteady(other.node))
      reports_.changed(other.node, was_in_doubt         ? "is still there"
                                   : !was_up            ? "is up"
                                   : p.incarnation != 0 ? "has a new replica"
                                                        : "restarts its handoff");
    tell(other.node);
  }
  hear(other.members);
  identity_.met(other.node, other.id);
  look_for_copy(other);
  keep_identity();
  expected_.met(other.node);
  note_met();
}

/// Whether as many nodes as are expected have been met, or there is no more time for it.
void cluster_view::note_met() {
  const auto met = expected_.look(present());
  if (!met)
    return;
  if (!met->are_all)
    reports_.tell({.about = report::subject::few_met, .count = met->count, .time = met->time});
  if (has_handoff_)
    command(expect_no_more{});
}

/// Empty: where it was reached before.
std::string cluster_view::where_to_reach(const introduction& other, const std::string& dialled) const {
  const auto& said = !other.is_at_all_interfaces ? other.address
                     : other.reached_at.empty()  ? dialled
                                                 : other.reached_at;
  return said.empty() && !table_.find(other.node) ? other.address : said;
}

void cluster_view::hear(const std::vector<news>& members) {
  const auto changes = table_.hear(members, options_.node, now_ms());
  for (const auto& node : changes.learnt)
    // It may hold what this node lacks.
    tell(node);
  for (const auto& node : changes.forgotten)
    draw_consequences(node, "as others have");
  schedule_attempts();
}

void cluster_view::lose(const std::string& node, const std::string& reason, loss_cause cause) {
  auto& p = peers_.at(node);
  reports_.note_cause(node, cause);
  p.membership = contact::nobody;
  p.incarnation = 0;
  const auto loss = life_.lost(node, present());
  // No request to an actor of a node that is lost is answered.
  const auto introduced_by = dialling_.await_no_more(node);
  if (!is_up(node)) {
    if (introduced_by)
      fail(*introduced_by, reason, failure::unreachable);
    return;
  }
  if (introduced_by)
    end_attempt(node);
  const auto* losses = life_.losses(node);
  const auto factor = loss == liveness::loss::down && losses ? losses->backoff_factor() : 1;
  const auto forgotten = table_.down(node, reason, now_ms(), now_.random, factor);
  if (loss == liveness::loss::in_doubt)
    table_.hurry(node, now_ms());
  else
    reports_.lost(node, reason, present());
  tell(node);
  for (const auto& gone : forgotten)
    draw_consequences(gone, "too many nodes are gone");
  schedule_attempts();
}

/// It is certain that the node, which is awaited, is not there.
void cluster_view::give_up_waiting(const std::string& node) {
  const auto was_in_doubt = life_.is_in_doubt(node);
  life_.gone(node);
  if (was_in_doubt)
    reports_.lost(node, table_.find(node)->problem, present());
  tell_if_down(node);
}

/// The table has forgotten the node already.
void cluster_view::draw_consequences(const std::string& forgotten, std::string_view why) {
  reports_.tell({.about = report::subject::forgotten, .node = forgotten, .text = std::string{why}});
  // It may still count as up there.
  if (life_.is_in_doubt(forgotten) && has_handoff_)
    command(tell_handoff{forgotten, standing::down});
  drop(forgotten);
  if (has_handoff_)
    command(tell_handoff{forgotten, standing::forgotten});
  schedule_attempts();
}

void cluster_view::drop(const std::string& node) {
  command(break_off{node});
  life_.forget(node);
  reports_.forget(node);
  const auto found = peers_.find(node);
  if (found == peers_.end())
    return;
  set_contact(found->second, contact::nobody);
  peers_.erase(found);
}

void cluster_view::set_contact(peer& p, contact by) {
  if (p.membership == by)
    return;
  if (p.membership != contact::nobody)
    command(watch_no_more{p.membership});
  p.membership = by;
  if (by != contact::nobody)
    command(watch{by});
}

/// Tells those on this node where the other one stands.
void cluster_view::tell(const std::string& node) {
  const auto* record = table_.find(node);
  if (!has_handoff_ || !record)
    return;
  // It has not had the time to show that it is there.
  if (record->state == presence::down && life_.is_awaited(node))
    return;
  const auto found = peers_.find(node);
  if (record->state == presence::left)
    command(tell_handoff{node, standing::left});
  else if (record->state == presence::up && found != peers_.end() && found->second.incarnation != 0)
    command(tell_handoff{node, standing::up, found->second.membership});
  else
    command(tell_handoff{node, standing::down});
}

/// That it is down, unless nobody knows yet.
void cluster_view::tell_if_down(const std::string& node) {
  const auto* record = table_.find(node);
  if (record && record->state == presence::down && !record->problem.empty())
    tell(node);
}

// -- connecting ------------------------------------------------------------------------------------------------------

void cluster_view::connect_to_due(const moment& now) {
  look(now);
  dialling_.dial_due(now_ms());
}

void cluster_view::listed(const std::vector<std::pair<std::string, std::string>>& nodes, const moment& now) {
  look(now);
  const auto before = std::exchange(options_.listed, nodes);
  for (const auto& [node, address] : nodes) {
    if (node == options_.node || !is_name(node))
      continue;
    table_.list(node, address, now_ms());
    table_.hurry(node, now_ms());
  }
  for (const auto& [node, address] : before)
    unlist(node);
  schedule_attempts();
}

void cluster_view::discovered(const std::vector<std::string>& addresses, const moment& now) {
  look(now);
  for (const auto& node : dialling_.seeds().set(addresses, now_ms()))
    unlist(node);
  schedule_attempts();
}

/// At an address that was discovered, this node is.
void cluster_view::found_at(const std::string& address, const std::string& node) {
  if (const auto former = dialling_.seeds().met(address, node))
    unlist(*former);
  table_.list(node, address, now_ms());
}

/// Unless the file lists it, or an address at which it was met is discovered.
void cluster_view::unlist(const std::string& node) {
  const auto is_in_file = std::any_of(options_.listed.begin(), options_.listed.end(),
                                      [&](const auto& listed) { return listed.first == node; });
  if (!is_in_file && !dialling_.seeds().has_met(node) && table_.unlist(node))
    draw_consequences(node, "too many nodes are gone");
}

void cluster_view::reached(const attempt& made, contact by, std::string reached_at, const moment& now) {
  look(now);
  if (!dialling_.needs(made.node))
    return end_attempt(made.node);
  if (is_name(made.node))
    set_contact(peers_[made.node], by);
  auto self = own_introduction(now_);
  self.reached_at = std::move(reached_at);
  dialling_.introduce_to(by, made, std::move(self));
}

void cluster_view::reached_self(const attempt& made, const moment& now) {
  look(now);
  if (is_name(made.node))
    return fail(made, "it is the address of this node itself");
  dialling_.seeds().is_self(made.address);
  schedule_attempts();
}

void cluster_view::failed(const attempt& made, const std::string& problem, failure how, const moment& now) {
  look(now);
  fail(made, problem, how);
}

void cluster_view::unneeded(const attempt& made, const moment& now) {
  look(now);
  end_attempt(made.node);
}

bool cluster_view::answered(const pending_introduction& own, contact by, const introduction_answer& answer,
                            const moment& now) {
  look(now);
  if (own.number == 0) {
    const auto found = peers_.find(own.made.node);
    if (!answer.is_accepted || found == peers_.end() || found->second.membership != by)
      return false;
    join(answer.node, by);
    return true;
  }
  if (!dialling_.is_awaited(own.made.node, own.number))
    return false;
  if (!answer.is_accepted) {
    if (answer.is_name_taken && !has_been_member_ && has_handoff_)
      command(give_way{answer.reason});
    if (is_name(own.made.node) && identity_.is_foreign(answer.node.id))
      met_foreign(own.made.node, answer.node.id);
    fail(own.made, "it refuses this node: " + answer.reason);
    return false;
  }
  if (const auto refused = reason_to_refuse(answer.node, by)) {
    if (refused->cause == refusal_cause::other_journal)
      met_foreign(answer.node.node, answer.node.id);
    fail(own.made, refused->reason);
    return false;
  }
  if (is_name(own.made.node) && answer.node.node != own.made.node)
    fail(own.made, "node " + answer.node.node + " answers there");
  if (dialling_.seeds().is_listed(own.made.address))
    found_at(own.made.address, answer.node.node);
  join(answer.node, by, own.made.address);
  end_attempt(own.made.node);
  return true;
}

void cluster_view::unanswered(const pending_introduction& own, const std::string& problem, const moment& now) {
  look(now);
  // A node that is a member is being lost, of which the view is told as well.
  if (own.number == 0 || !dialling_.is_awaited(own.made.node, own.number))
    return;
  // At an address that was discovered, a member may have been found once more.
  const auto is_of_member = std::any_of(
    peers_.begin(), peers_.end(), [&](const auto& entry) { return is_member(entry.first, entry.second, own.to); });
  if (dialling_.needs(own.made.node) && !is_of_member)
    command(disconnect{own.to});
  fail(own.made, problem);
}

void cluster_view::fail(const attempt& made, const std::string& problem, failure how) {
  if (!dialling_.needs(made.node))
    return end_attempt(made.node);
  if (!is_name(made.node)) {
    if (dialling_.seeds().failed(made.address, problem, now_ms(), now_.random))
      reports_.unreachable({}, made.address, problem, how);
    return schedule_attempts();
  }
  if (const auto found = peers_.find(made.node); found != peers_.end())
    set_contact(found->second, contact::nobody);
  const auto is_new = table_.failed(made.node, made.address, problem, now_ms(), now_.random);
  schedule_attempts();
  if (how == failure::refused && is_nowhere(made.node) && life_.is_awaited(made.node))
    give_up_waiting(made.node);
  // Who has left may well stay away.
  if (!is_new || table_.find(made.node)->state == presence::left)
    return;
  if (!reports_.is_unsteady(made.node))
    reports_.unreachable(made.node, made.address, problem, how);
  tell(made.node);
}

/// Whether it has been looked for in vain wherever it may be.
bool cluster_view::is_nowhere(const std::string& node) const {
  const auto* record = table_.find(node);
  return record && std::none_of(record->addresses.begin(), record->addresses.end(), [](const auto& known) {
           return known.problem.empty();
         });
}

// -- time ------------------------------------------------------------------------------------------------------------

void cluster_view::tick(const moment& now) {
  look(now);
  const auto round = life_.tick(present());
  for (const auto& [node, sign] : round.beats)
    command(send_beat{peers_.at(node).membership, sign});
  // Heartbeats may be stuck behind something large, on their way out of a node or here. So bytes count as signs of life
  // as well, of which only the kernel knows before they are a message.
  for (const auto& node : round.quiet)
    command(look_at_connection{peers_.at(node).membership});
  if (!round.suspects.empty())
    command(judge_soon{});
  suspects_ = round.suspects;
  for (const auto& node : round.down)
    reports_.lost(node, table_.find(node)->problem, present());
  for (const auto& node : round.overdue)
    tell_if_down(node);
  for (const auto& node : round.steady)
    reports_.steady(node);
  for (const auto& node : table_.forget_gone(now_ms()))
    draw_consequences(node, "it has been gone for too long");
  tell_news_to_one();
  note_met();
  keep_identity();
}

void cluster_view::judge_suspects(const std::set<contact>& still_looking, const moment& now) {
  look(now);
  for (const auto& node : std::exchange(suspects_, {})) {
    const auto found = peers_.find(node);
    if (found == peers_.end() || still_looking.contains(found->second.membership) || !life_.is_silent(node, present()))
      continue;
    // So both sides see the same: a node that is frozen or cut off closes none.
    command(disconnect{found->second.membership});
    const auto silence = to_ms(present() - *life_.last_heard(node));
    lose(node, "no sign of life for " + std::to_string(silence.count()) + " ms", loss_cause::silence);
  }
}

/// One of the others, at random, if it is time.
void cluster_view::tell_news_to_one() {
  if (present() < news_due_)
    return;
  const std::chrono::milliseconds forget_after{options_.table.forget_after_ms};
  news_due_ = present() + std::min<std::chrono::milliseconds>(news_interval_max, forget_after / news_before_forgotten);
  std::vector<contact> up;
  for (const auto& [node, p] : peers_)
    if (life_.is_up(node))
      up.push_back(p.membership);
  if (!up.empty())
    command(tell_news{up[now_.random % up.size()], table_.tell(now_ms())});
}

// -- this node -------------------------------------------------------------------------------------------------------

void cluster_view::handoff_started(const moment& now) {
  look(now);
  has_handoff_ = true;
  if (expected_.is_over() && options_.expect > 1)
    command(expect_no_more{});
  for (const auto& node : table_.names())
    if (const auto& record = *table_.find(node); record.state != presence::down || !record.problem.empty())
      tell(node);
}

void cluster_view::handoff_ended(const moment& now) {
  has_handoff_ = false;
  set_incarnation(0, now);
}

void cluster_view::set_incarnation(std::uint64_t incarnation, const moment& now) {
  look(now);
  incarnation_ = incarnation;
  // Its last pair ends with the node that leaves; for the others it is gone already.
  if (is_leaving_)
    return;
  introduce_to_members();
  if (incarnation_ != 0 && dialling_.begin()) {
    expected_.begin(present());
    connect_to_due(now);
  }
}

/// All are to know what has become of this node.
void cluster_view::introduce_to_members() {
  for (const auto& [node, p] : peers_)
    if (is_up(node))
      command(introduce{own_introduction(now_), {p.membership, {node, {}}, 0}});
}

std::optional<forget_refusal> cluster_view::forget(const std::string& node, const moment& now) {
  look(now);
  if (const auto refused = table_.forget(node, now_ms()))
    return refused;
  draw_consequences(node, "as was demanded");
  const auto members = table_.tell(now_ms());
  for (const auto& [name, p] : peers_)
    if (is_up(name))
      command(tell_news{p.membership, members});
  return std::nullopt;
}

void cluster_view::leave() {
  // One that this node is introducing itself to may have accepted it already, which is not known here yet.
  if (std::exchange(is_leaving_, true))
    return;
  dialling_.end();
  reports_.leave();
  for (const auto& [node, p] : peers_)
    if (p.membership != contact::nobody)
      command(say_farewell{p.membership});
}

// -- what is known ---------------------------------------------------------------------------------------------------

introduction cluster_view::own_introduction(const moment& now) const {
  introduction self;
  self.cluster = options_.cluster;
  self.node = options_.node;
  self.address = options_.address;
  self.incarnation = incarnation_;
  self.id = identity_.told();
  self.restored_from = options_.former.empty() ? 0 : options_.former.back();
  self.members = table_.tell(static_cast<std::uint64_t>(to_ms(now.clocks.now.time_since_epoch()).count()));
  return self;
}

contact cluster_view::contact_of(const std::string& node) const {
  return is_up(node) ? peers_.at(node).membership : contact::nobody;
}

member cluster_view::find(const std::string& node, const moment& now) const {
  const auto& record = *table_.find(node);
  member result{record.address(), record.state, 0, {}, {}, {}};
  const auto found = peers_.find(node);
  if (life_.is_in_doubt(node))
    result.state = presence::up;
  if (result.state == presence::down)
    result.problem = record.problem;
  if (found == peers_.end())
    return result;
  result.incarnation = found->second.incarnation;
  result.round_trip = life_.round_trip(node);
  if (const auto last_heard = life_.last_heard(node))
    result.since_contact = to_ms(std::max(now.clocks.now - *last_heard, liveness::duration{}));
  return result;
}

bool cluster_view::is_up(const std::string& node) const {
  const auto* record = table_.find(node);
  return record && record->state == presence::up;
}

bool cluster_view::is_member(const std::string& node, const peer& p, contact by) const {
  return p.membership == by && life_.is_up(node);
}

std::string cluster_view::check_invariants() const {
  if (auto broken = table_.check_invariants(); !broken.empty())
    return broken;
  if (auto broken = dialling_.check_invariants(); !broken.empty())
    return broken;
  if (auto broken = identity_.check_invariants(); !broken.empty())
    return broken;
  for (const auto& node : table_.names()) {
    const auto found = peers_.find(node);
    if (is_up(node) != life_.is_up(node))
      return "V1: node " + node + " is up either in the table or by its signs of life, but not both";
    if (is_up(node) && (found == peers_.end() || found->second.membership == contact::nobody))
      return "V1: node " + node + " is up, and has no contact";
    if (life_.is_in_doubt(node) && table_.find(node)->state != presence::down)
      return "V2: node " + node + " is in doubt, and not down";
  }
  for (const auto& [node, p] : peers_)
    if (!table_.find(node))
      return "V3: node " + node + " is not known, and something is kept of it";
  for (const auto& node : life_.names())
    if (!table_.find(node))
      return "V3: node " + node + " is not known, and its signs of life are";
  return {};
}

} // namespace ariadne::membership
