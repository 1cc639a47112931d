#include "app/node/file_reader.hpp"

#include "app/config/file_changes.hpp"
#include "app/config/node_options.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

/// How the keys of a node begin.
const std::string node_table = "[[node]] ";

std::string printable_list(const std::vector<std::string>& keys) {
  return crdt::printable_briefly(fmt::format("{}", fmt::join(keys, ", ")));
}

} // namespace

file_reader::file_reader(std::string file, const program_config& at_start, std::string self, node_log& output,
                         std::function<void(const std::vector<seed_node>&)> list,
                         std::shared_ptr<client_prefixes> prefixes)
  : file_(std::move(file)), text_at_start_(at_start.text), text_(at_start.text), self_(std::move(self)),
    output_(output), log_(output.sink()), list_(std::move(list)), prefixes_(std::move(prefixes)) {}

void file_reader::read_again() {
  const auto read = load_program_config(file_);
  if (!read)
    return log_({log_level::warning,
                 log_event::file_refused,
                 "SIGHUP: {reason}; what was read before still holds",
                 {{"reason", to_string(read.error())}}});
  const auto changed = changed_keys(std::exchange(text_, read->text), read->text);
  log_({log_level::info,
        log_event::file_read,
        changed.empty() ? "SIGHUP: {file} has not changed" : "SIGHUP: {file} has changed: {settings}",
        {{"file", crdt::printable_briefly(file_)}, {"settings", printable_list(changed)}}});
  output_.set_level(read->log_level);
  // Also if nothing has changed: who is down is connected to at once.
  list_(seeds_of(*read));
  if (prefixes_)
    prefixes_->replace(read->security ? read->security->clients : client_prefixes::table{});
  auto later = changed_keys(text_at_start_, read->text);
  const auto is_named_anew = [](const std::string& key) {
    return key.starts_with(node_table) && key.ends_with(" name");
  };
  const auto counts_others = read->voters.empty() && std::any_of(later.begin(), later.end(), is_named_anew);
  std::erase_if(later, [this](const std::string& key) { return counts_at_once(key); });
  if (counts_others)
    later.emplace_back("which nodes count for a majority");
  if (!later.empty())
    log_({log_level::warning,
          log_event::restart_needed,
          "these count from the next start of this node on: {settings}",
          {{"settings", printable_list(later)}}});
}

bool file_reader::counts_at_once(const std::string& key) const {
  // Of another node, its address counts, and all else is its own matter, but for the edges between them.
  const auto is_of_another = key.starts_with(node_table) && !key.starts_with(node_table + self_ + " ");
  if (key == "[security] clients")
    return prefixes_ != nullptr;
  return key == "[cluster] log_level" || (is_of_another && !key.ends_with(" neighbours"));
}

} // namespace ariadne
