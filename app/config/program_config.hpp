#pragma once

#include "app/config/cluster_file.hpp"
#include "app/minotaur/game_options.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace ariadne {

/// What the program `ariadne` reads from a cluster file: the cluster, and how its nodes play the sample game.
struct program_config : cluster_config {
  /// What the file says.
  std::string text;

  /// The table `[minotaur]`.
  minotaur::game_options minotaur;
};

/// See load_cluster_file.
tl::expected<program_config, config_error> load_program_config(const std::filesystem::path& path);

/// The same for a text in memory; `file` is the name that errors give it.
tl::expected<program_config, config_error> parse_program_config(std::string_view text, std::string_view file);

} // namespace ariadne
