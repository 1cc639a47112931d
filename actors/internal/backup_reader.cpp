#include "actors/internal/backup_reader.hpp"

#include "actors/error.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/value_transfer.hpp"
#include "actors/internal/worker_thread.hpp"
#include "journal/archive.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace ariadne {

namespace {

caf::error unreadable(const std::string& what, int number) {
  return make_error(ec::storage_unusable, what + " cannot be read: " + std::generic_category().message(number));
}

} // namespace

caf::expected<std::unique_ptr<backup_source>> backup_source::open(const std::string& directory,
                                                                  std::vector<journal::file_entry> files) {
  std::unique_ptr<backup_source> result{new backup_source};
  result->head_ = journal::encode_archive_head(files);
  result->total_bytes_ = result->head_.size();
  for (const auto& file : files) {
    const auto name = directory + '/' + file.name;
    const auto descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      return unreadable(name, errno);
    result->parts_.push_back({result->total_bytes_, file.bytes, descriptor});
    result->total_bytes_ += file.bytes;
  }
  return result;
}

backup_source::~backup_source() {
  for (const auto& p : parts_)
    ::close(p.descriptor);
}

caf::expected<std::string> backup_source::read(std::uint64_t offset, std::size_t bytes) const {
  std::string result;
  if (offset < head_.size())
    result = head_.substr(offset, bytes);
  for (const auto& p : parts_) {
    while (result.size() < bytes) {
      const auto at = offset + result.size();
      if (at < p.offset || at >= p.offset + p.bytes)
        break;
      const auto wanted = std::min<std::uint64_t>(bytes - result.size(), p.offset + p.bytes - at);
      const auto begin = result.size();
      result.resize(begin + wanted);
      const auto got = ::pread(p.descriptor, result.data() + begin, wanted, static_cast<off_t>(at - p.offset));
      if (got < 0 && errno != EINTR)
        return unreadable("a file of the journal", errno);
      if (got == 0)
        return make_error(ec::storage_damaged, "a file of the journal is shorter than it was");
      result.resize(begin + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
  }
  return result;
}

namespace {

using ticking_backup_reader = value_reader_actor::extend<
  // From its thread.
  takes<work_done>,
  // Time has passed.
  takes<tick_atom>>;

class backup_reader_state {
public:
  static inline const char* name = "backup_reader";

  explicit backup_reader_state(ticking_backup_reader::pointer self) : self_(self), work_(self) {}

  void start(std::unique_ptr<backup_source> source, const caf::strong_actor_ptr& client,
             std::chrono::milliseconds idle_max) {
    source_ = std::move(source);
    term_.emplace(self_, idle_max, [this] { self_->quit(); });
    term_->begin(client);
  }

  caf::result<std::string> read(std::uint64_t offset, std::uint64_t bytes) {
    if (!term_->is_from_client())
      return make_error(ec::refused, "these bytes are not to be had from here");
    term_->note_use();
    auto promise = self_->make_response_promise<std::string>();
    const auto answer = std::make_shared<kept_promise<std::string>>(promise, ec::not_in_service);
    const auto wanted = std::min<std::uint64_t>(bytes, value_piece_bytes_max);
    work_.run([source = source_, offset, wanted] { return source->read(offset, wanted); },
              [answer](caf::expected<std::string>&& read) { answer->deliver(std::move(read)); });
    return promise;
  }

  void tick() {
    term_->tick();
  }

private:
  ticking_backup_reader::pointer self_;
  std::shared_ptr<const backup_source> source_;
  std::optional<transfer_term<ticking_backup_reader::pointer>> term_;
  blocking_work<ticking_backup_reader::pointer> work_;
};

ticking_backup_reader::behavior_type backup_reader(ticking_backup_reader::stateful_pointer<backup_reader_state> self,
                                                   const std::shared_ptr<std::unique_ptr<backup_source>>& source,
                                                   const caf::strong_actor_ptr& client,
                                                   std::chrono::milliseconds idle_max) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(*source), client, idle_max);
  return {
    [&state](get_atom, std::uint64_t offset, std::uint64_t bytes) { return state.read(offset, bytes); },
    [](const work_done& done) {
      if (done.then)
        (*done.then)();
    },
    [&state](tick_atom) { state.tick(); },
  };
}

} // namespace

value_reader_actor spawn_backup_reader(caf::actor_system& system, std::unique_ptr<backup_source> source,
                                       caf::strong_actor_ptr client, std::chrono::milliseconds idle_max) {
  // What an actor is made of is copied.
  auto held = std::make_shared<std::unique_ptr<backup_source>>(std::move(source));
  return system.spawn(backup_reader, std::move(held), std::move(client), idle_max);
}

} // namespace ariadne
