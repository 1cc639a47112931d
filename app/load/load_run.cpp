#include "app/load/load_run.hpp"

#include "actors/asker.hpp"
#include "app/client/node_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto watch_interval = 100ms;
/// How long connecting to a node may take, and after how long one is tried again.
constexpr auto connect_patience = 1'000ms;
/// What fails at once is not tried again at once.
constexpr auto pause_after_failure = 10ms;
constexpr auto type_name = "bytes";

/// One node, as all clients share it.
class load_target {
public:
  struct contact {
    node_connection connection;
    state_handoff_actor handoff;
  };

  explicit load_target(endpoint address) : address_(std::move(address)) {}

  /// Null while there is no contact.
  std::shared_ptr<const contact> find() const {
    const std::lock_guard lock{mutex_};
    return contact_;
  }

  fallible<void> connect(caf::actor_system& system) {
    node_connection connection{system, address_, connect_patience};
    auto handoff = connection.connect().and_then([&] { return connection.handoff(); });
    if (!handoff)
      return tl::unexpected(std::move(handoff.error()));
    const std::lock_guard lock{mutex_};
    contact_ = std::make_shared<const contact>(contact{std::move(connection), std::move(*handoff)});
    return {};
  }

  void lose(const std::shared_ptr<const contact>& lost) {
    const std::lock_guard lock{mutex_};
    if (contact_ == lost)
      contact_ = nullptr;
  }

private:
  const endpoint address_;
  mutable std::mutex mutex_;
  std::shared_ptr<const contact> contact_;
};

using targets = std::vector<std::unique_ptr<load_target>>;

/// One client, in a thread of its own but for `tally`.
class load_client {
public:
  load_client(caf::actor_system& system, const targets& nodes, const load_options& options, std::size_t number)
    : self_(system), nodes_(nodes), options_(options), number_(number), node_(number % nodes.size()),
      keys_((options.keys + options.clients - 1 - std::min(number, options.keys)) / options.clients),
      random_(std::random_device{}()), value_(options.value_bytes, '\0') {
    keys_ = std::max<std::size_t>(keys_, 1);
    is_stashed_.resize(keys_);
    for (auto& byte : value_)
      byte = static_cast<char>(random_());
  }

  load_tally tally() const {
    const std::lock_guard lock{mutex_};
    return tally_;
  }

  std::size_t keys() const {
    return keys_;
  }

  /// How many of them may stand. Not while another thread makes requests.
  std::size_t stashed_keys() const {
    return static_cast<std::size_t>(std::count(is_stashed_.begin(), is_stashed_.end(), true));
  }

  /// Answers why a key could not be stashed. `done` grows by 1 with each.
  std::optional<std::string> stash_all(std::atomic<std::size_t>& done, const std::atomic<bool>& is_over) {
    for (std::size_t i = 0; i < keys_ && !is_over; ++i, ++done)
      if (auto failure = stash(i))
        return failure;
    return std::nullopt;
  }

  void run(clock::time_point begin, clock::time_point end, const std::atomic<bool>& is_over) {
    for (std::uint64_t made = 0; !is_over; ++made) {
      auto due = clock::now();
      if (options_.rate) {
        const auto before = static_cast<double>(made * options_.clients + number_) / *options_.rate;
        due = begin + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{before});
        wait_until(std::min(due, end), is_over);
      }
      if (is_over || std::max(due, clock::now()) >= end)
        return;
      const auto failure = make(made);
      const auto answered = clock::now();
      note(failure, answered - due);
      if (failure)
        wait_until(answered + pause_after_failure, is_over);
    }
  }

  /// What may stand, as far as it can. `done` grows by 1 with each.
  void discard_all(std::atomic<std::size_t>& done, const std::atomic<bool>& is_over) {
    for (std::size_t i = 0; i < keys_ && !is_over; ++i) {
      if (!is_stashed_[i])
        continue;
      if (discard(i))
        return;
      ++done;
    }
  }

private:
  using failure_text = std::optional<std::string>;

  failure_text make(std::uint64_t number) {
    switch (options_.operation) {
      case load_operation::put:
        return stash(random_() % keys_);
      case load_operation::get:
        return pick_up(random_() % keys_);
      case load_operation::churn:
        return number % 2 == 0 ? stash(number / 2 % keys_) : discard(number / 2 % keys_);
    }
    return std::nullopt;
  }

  failure_text stash(std::size_t number) {
    // Also if it fails: it may have been done.
    is_stashed_[number] = true;
    return ask<receipt>([](const receipt&) -> failure_text { return std::nullopt; }, stash_atom_v, key(number),
                        snapshot{type_name, 1, value_}, options_.write);
  }

  failure_text pick_up(std::size_t number) {
    const auto read = [](const pickup_result& result) -> failure_text {
      switch (result.outcome) {
        case pickup_outcome::found:
          return std::nullopt;
        case pickup_outcome::absent:
          return "a key that has been stashed is not there";
        case pickup_outcome::pending:
          return "a key is not there yet: the node has not caught up with the others";
      }
      return std::nullopt;
    };
    return ask<pickup_result>(read, pickup_atom_v, key(number));
  }

  failure_text discard(std::size_t number) {
    auto failure = ask<bool>([](bool) { return failure_text{}; }, discard_atom_v, key(number));
    if (!failure)
      is_stashed_[number] = false;
    return failure;
  }

  template <class Answer, class Read, class... Ts>
  failure_text ask(Read read, Ts&&... request) {
    const auto node = find_node();
    if (!node)
      return "there is no contact to any node";
    auto answer = self_.ask<Answer>(node->handoff, options_.patience, std::forward<Ts>(request)...);
    if (answer)
      return read(*answer);
    if (is_contact_lost(answer.error()))
      nodes_[node_]->lose(node);
    return node->connection.describe_failure(answer.error()).text;
  }

  /// The one that it talks to; the next one that there is contact to, if that is lost.
  std::shared_ptr<const load_target::contact> find_node() {
    for (std::size_t i = 0; i < nodes_.size(); ++i, node_ = (node_ + 1) % nodes_.size())
      if (auto found = nodes_[node_]->find())
        return found;
    return nullptr;
  }

  void note(const failure_text& failure, clock::duration time) {
    const std::lock_guard lock{mutex_};
    if (!failure)
      return tally_.times.add(time);
    if (tally_.failed++ == 0)
      tally_.first_failure = *failure;
  }

  std::string key(std::size_t number) const {
    return fmt::format("{}{}", options_.prefix, number * options_.clients + number_);
  }

  static void wait_until(clock::time_point due, const std::atomic<bool>& is_over) {
    for (auto now = clock::now(); now < due && !is_over; now = clock::now())
      std::this_thread::sleep_for(std::min<clock::duration>(due - now, watch_interval));
  }

  asker self_;
  const targets& nodes_;
  const load_options& options_;
  const std::size_t number_;
  std::size_t node_;
  std::size_t keys_;
  std::vector<bool> is_stashed_;
  std::mt19937_64 random_;
  std::string value_;
  mutable std::mutex mutex_;
  load_tally tally_;
};

/// All clients of a load.
class load_run {
public:
  load_run(caf::actor_system& system, const std::vector<endpoint>& nodes, const load_options& options,
           const load_watch& watch)
    : system_(system), options_(options), watch_(watch) {
    for (const auto& address : nodes)
      nodes_.push_back(std::make_unique<load_target>(address));
  }

  fallible<load_report> run() {
    failure problem{"there is no node"};
    std::size_t reached = 0;
    for (const auto& node : nodes_)
      if (auto connected = node->connect(system_))
        ++reached;
      else
        problem = std::move(connected.error());
    if (reached == 0)
      return tl::unexpected(std::move(problem));
    for (std::size_t i = 0; i < options_.clients; ++i)
      clients_.push_back(std::make_unique<load_client>(system_, nodes_, options_, i));
    if (options_.operation == load_operation::get)
      if (auto failed = prepare())
        return tl::unexpected(std::move(*failed));
    auto result = make_requests(reached);
    discard_keys();
    return result;
  }

private:
  std::optional<failure> prepare() {
    std::mutex mutex;
    std::optional<failure> failed;
    std::size_t all = 0;
    for (const auto& client : clients_)
      all += client->keys();
    is_over_ = in_parallel("stashed", all, [&](load_client& client, auto& done, const auto& is_over) {
      if (const auto why = client.stash_all(done, is_over)) {
        const std::lock_guard lock{mutex};
        failed.emplace("what is to be picked up could not be stashed: " + *why);
      }
    });
    return failed;
  }

  void discard_keys() {
    std::size_t all = 0;
    for (const auto& client : clients_)
      all += client->stashed_keys();
    in_parallel("discarded", all,
                [](load_client& client, auto& done, const auto& is_over) { client.discard_all(done, is_over); });
  }

  load_report make_requests(std::size_t reached) {
    std::atomic<bool> is_over = is_over_;
    const auto begin = clock::now();
    const auto end = begin + options_.time;
    std::vector<std::thread> threads;
    for (const auto& client : clients_)
      threads.emplace_back([&] { client->run(begin, end, is_over); });
    const auto report = [&] {
      load_report result{options_.operation, options_.clients, reached, options_.value_bytes,
                         std::min<clock::duration>(clock::now() - begin, options_.time)};
      for (const auto& client : clients_)
        result.tally.add(client->tally());
      return result;
    };
    for (auto tried = begin; clock::now() < end && !is_over;) {
      std::this_thread::sleep_for(std::min<clock::duration>(end - clock::now(), watch_interval));
      is_over = !watch_.requests(report());
      if (clock::now() > tried + connect_patience) {
        tried = clock::now();
        for (const auto& node : nodes_)
          if (!is_over && !node->find())
            static_cast<void>(node->connect(system_));
      }
    }
    is_over = true;
    for (auto& thread : threads)
      thread.join();
    return report();
  }

  /// Has all clients do something to keys, so many in all. Answers whether that was to end before.
  template <class Job>
  bool in_parallel(const char* what, std::size_t all, Job job) {
    std::atomic<std::size_t> done = 0;
    std::atomic<bool> is_over = false;
    std::vector<std::future<void>> jobs;
    for (const auto& client : clients_)
      jobs.push_back(std::async(std::launch::async, [&] { job(*client, done, is_over); }));
    for (auto& job_of_client : jobs)
      while (job_of_client.wait_for(watch_interval) != std::future_status::ready)
        if (!watch_.keys(what, done, all))
          is_over = true;
    return is_over;
  }

  caf::actor_system& system_;
  const load_options& options_;
  const load_watch& watch_;
  bool is_over_ = false;
  targets nodes_;
  std::vector<std::unique_ptr<load_client>> clients_;
};

} // namespace

fallible<load_report> run_load(caf::actor_system& system, const std::vector<endpoint>& nodes,
                               const load_options& options, const load_watch& watch) {
  return load_run{system, nodes, options, watch}.run();
}

} // namespace ariadne
