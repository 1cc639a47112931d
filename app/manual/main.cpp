// Writes the manual pages and the completions of the program into a directory: made from its own command line, and from
// the example of a cluster file, and the table of the metrics, so that they cannot say anything else.
//
// usage: ariadne_manual DIRECTORY EXAMPLE_FILE OPERATIONS_DOCUMENT DATE

#include "app/commands/command_tree.hpp"
#include "app/manual/completion.hpp"
#include "app/manual/man_page.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace ariadne::manual {

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  if (!(file << text << std::flush))
    throw std::runtime_error("cannot write " + path.string());
}

void write_pages(const std::filesystem::path& directory, const described_command& command, const edition& of) {
  write(directory / (page_name(command) + ".1"), man_page(command, of));
  for (const auto& sub : command.commands)
    write_pages(directory, sub, of);
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.empty())
    throw std::runtime_error("cannot read " + path.string());
  return text;
}

void write_all(const std::filesystem::path& directory, const std::filesystem::path& example,
               const std::filesystem::path& operations, const edition& of) {
  std::filesystem::create_directories(directory);
  const auto program = describe_program();
  write_pages(directory, program, of);
  write(directory / "ariadne.toml.5", file_page(read(example), of));
  write(directory / "ariadne-metrics.7", metrics_page(read(operations), of));
  write(directory / "ariadne", bash_completion(program));
  write(directory / "_ariadne", zsh_completion(program));
  write(directory / "ariadne.fish", fish_completion(program));
}

} // namespace

} // namespace ariadne::manual

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: ariadne_manual DIRECTORY EXAMPLE_FILE OPERATIONS_DOCUMENT DATE\n", stderr);
    return 2;
  }
  try {
    ariadne::manual::write_all(argv[1], argv[2], argv[3], {ARIADNE_VERSION, argv[4]});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
