#include "app/commands/client_identity.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

namespace ariadne {

namespace {

namespace fs = std::filesystem;

/// Empty if there is none.
fs::path default_directory() {
  const auto* home = std::getenv("HOME");
  const auto directory = fs::path{home == nullptr ? "" : home} / ".config" / "ariadne";
  std::error_code ignored;
  return home != nullptr && fs::exists(directory / "authorities.pem", ignored) ? directory : fs::path{};
}

/// The names of the clients that have a certificate in the directory, sorted.
std::vector<std::string> clients_in(const fs::path& directory) {
  constexpr std::string_view prefix = "client-";
  std::vector<std::string> result;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{directory, error})
    if (const auto& file = entry.path(); file.extension() == ".pem" && file.stem().string().starts_with(prefix))
      result.push_back(file.stem().string().substr(prefix.size()));
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

void add_identity(CLI::App& sub, client_identity& target) {
  sub
    .add_option("--certificates", target.directory,
                "The directory with the certificate of this client, by default ~/.config/ariadne; an empty name for "
                "connections without TLS")
    ->envname("ARIADNE_CERTIFICATES")
    ->type_name("DIR");
  sub.add_option("--as", target.name, "Whose certificate, if there are several in the directory")
    ->envname("ARIADNE_AS")
    ->type_name("NAME");
}

tl::expected<network_security, std::string> load_security(const client_identity& who) {
  const auto directory = who.directory ? fs::path{*who.directory} : default_directory();
  if (directory.empty())
    return network_security{};
  auto name = who.name;
  if (name.empty()) {
    const auto clients = clients_in(directory);
    if (clients.empty())
      return tl::unexpected(fmt::format("{0} has no certificate of a client; make one with \"ariadne certificates "
                                        "client NAME --dir {0}\"",
                                        directory.string()));
    if (clients.size() > 1)
      return tl::unexpected(fmt::format("{} has certificates of several clients; choose one with --as: {}",
                                        directory.string(), fmt::join(clients, ", ")));
    name = clients.front();
  }
  auto loaded = credentials::load(files_of_client(directory, name));
  if (!loaded)
    return tl::unexpected(std::move(loaded.error()));
  return network_security{std::move(*loaded)};
}

} // namespace ariadne
