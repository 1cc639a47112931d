#include "test/simulation/simulated_disk.hpp"

#include <algorithm>
#include <vector>

namespace ariadne::simulation {

namespace {

constexpr std::size_t sector_bytes = 64;

} // namespace

std::optional<journal::disk_error> simulated_disk::meets_failure(const std::string& name) {
  const journal::disk_error dead{journal::disk_error::kind::broken, name + ": the process has ended"};
  if (is_dead_)
    return dead;
  if (!failure_ || failure_->operations_left-- > 0)
    return std::nullopt;
  const auto how = failure_->how;
  failure_.reset();
  is_dead_ = !how;
  return how ? journal::disk_error{*how, name + ": it fails"} : dead;
}

void simulated_disk::cut_power() {
  // Of the names that were not synced, each is as it is or as it was.
  auto left = synced_names_;
  for (const auto& [name, now] : names_)
    if (const auto before = synced_names_.find(name);
        (before == synced_names_.end() || before->second != now) && random_.chance(50))
      left[name] = now;
  for (const auto& [name, before] : synced_names_)
    if (!names_.contains(name) && random_.chance(50))
      left.erase(name);
  for (auto& [name, f] : left) {
    auto& bytes = f->written;
    const auto clean = f->dirty_from;
    bytes.resize(clean);
    const auto end = clean + random_.below(f->seen.size() - clean + 1);
    for (auto at = clean; at < end; at += sector_bytes) {
      auto sector = f->seen.substr(at, std::min(sector_bytes, end - at));
      switch (random_.below(4)) {
        case 0:
          std::fill(sector.begin(), sector.end(), '\0');
          break;
        case 1:
          for (auto& byte : sector)
            byte = static_cast<char>(random_.next());
          break;
        default:
          break;
      }
      bytes += sector;
    }
    f->seen = bytes;
    f->dirty_from = bytes.size();
  }
  names_ = left;
  synced_names_ = std::move(left);
}

bool simulated_disk::flip_bit() {
  std::uint64_t all = 0;
  for (const auto& [name, f] : names_)
    all += f->seen.size();
  auto at = random_.below(all);
  for (auto& [name, f] : names_) {
    if (at < f->seen.size()) {
      f->seen[at] = static_cast<char>(f->seen[at] ^ (1 << random_.below(8)));
      if (at < f->written.size())
        f->written[at] = f->seen[at];
      return true;
    }
    at -= f->seen.size();
  }
  return false;
}

void simulated_disk::copy_from(const simulated_disk& other) {
  wipe();
  for (const auto& [name, f] : other.names_)
    names_[name] = std::make_shared<file>(file{f->seen, f->seen, f->seen.size(), false});
  synced_names_ = names_;
}

bool simulated_disk::has_lied() const {
  return std::any_of(names_.begin(), names_.end(), [](const auto& f) { return f.second->has_lost; });
}

void simulated_disk::wipe() {
  names_.clear();
  synced_names_.clear();
}

tl::expected<std::vector<journal::file_entry>, journal::disk_error> simulated_disk::list() {
  std::vector<journal::file_entry> result;
  for (const auto& [name, f] : names_)
    result.push_back({name, f->seen.size()});
  return result;
}

tl::expected<std::string, journal::disk_error> simulated_disk::read(const std::string& name, std::uint64_t offset,
                                                                    std::size_t bytes_max) {
  const auto found = names_.find(name);
  if (found == names_.end())
    return tl::unexpected{journal::disk_error{journal::disk_error::kind::broken, name + ": it is not there"}};
  const auto& bytes = found->second->seen;
  return offset >= bytes.size() ? std::string{} : bytes.substr(offset, bytes_max);
}

tl::expected<void, journal::disk_error> simulated_disk::append(const std::string& name, std::string_view bytes) {
  const auto failed = is_dead_ ? meets_failure(name) : std::nullopt;
  if (failed)
    return tl::unexpected{*failed};
  const auto fails = meets_failure(name);
  auto& f = names_[name];
  if (!f)
    f = std::make_shared<file>();
  f->seen += fails ? bytes.substr(0, random_.below(bytes.size() + 1)) : bytes;
  if (fails)
    return tl::unexpected{*fails};
  return {};
}

tl::expected<void, journal::disk_error> simulated_disk::sync(const std::string& name) {
  const auto was_dead = is_dead_;
  const auto fails = meets_failure(name);
  const auto found = names_.find(name);
  if (was_dead || found == names_.end())
    return tl::unexpected{fails.value_or(journal::disk_error{journal::disk_error::kind::broken, name + ": not there"})};
  auto& f = *found->second;
  if (fails && is_dead_)
    return tl::unexpected{*fails};
  if (fails) {
    // The pages count as clean from now on, and are not what the process sees.
    f.written.resize(f.dirty_from);
    f.written.resize(f.seen.size(), '\0');
    f.has_lost = f.dirty_from < f.seen.size();
  } else {
    f.written.resize(f.dirty_from);
    f.written += f.seen.substr(f.dirty_from);
  }
  f.dirty_from = f.seen.size();
  if (fails)
    return tl::unexpected{*fails};
  return {};
}

tl::expected<void, journal::disk_error> simulated_disk::sync_names() {
  if (const auto fails = meets_failure("."))
    return tl::unexpected{*fails};
  synced_names_ = names_;
  return {};
}

tl::expected<void, journal::disk_error> simulated_disk::rename(const std::string& from, const std::string& to) {
  if (const auto fails = meets_failure(from))
    return tl::unexpected{*fails};
  names_[to] = names_.at(from);
  names_.erase(from);
  return {};
}

tl::expected<void, journal::disk_error> simulated_disk::remove(const std::string& name) {
  if (const auto fails = meets_failure(name))
    return tl::unexpected{*fails};
  names_.erase(name);
  return {};
}

} // namespace ariadne::simulation
