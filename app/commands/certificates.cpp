#include "app/commands/certificates.hpp"

#include "actors/certificate_authority.hpp"
#include "actors/endpoint.hpp"
#include "app/output/output.hpp"
#include "app/process/process_signals.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>

namespace ariadne {

namespace {

namespace fs = std::filesystem;
using clock = std::chrono::system_clock;

constexpr int days_max = 3650;

exit_code fail(const std::string& why) {
  complain(why);
  return exit_code::failed;
}

exit_code say(const std::string& text) {
  const auto written = write_out(text);
  return written ? exit_code::done : fail(written.error().text);
}

std::string day(clock::time_point time) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(clock::to_time_t(time)));
}

/// Has the authority of the directory make one file after the other, and says what it has made.
exit_code
make(const std::string& directory, const std::vector<std::string>& of, const std::string& made,
     const std::function<certificate_authority::expected(const certificate_authority&, const std::string&)>& one) {
  unblock_stop_signals();
  const auto authority = certificate_authority::open(directory);
  if (!authority)
    return fail(authority.error());
  for (const auto& what : of) {
    const auto file = one(*authority, what);
    if (!file)
      return fail(file.error());
    if (const auto result = say(fmt::format("{} {}\n", made, file->string())); result != exit_code::done)
      return result;
  }
  return exit_code::done;
}

std::string to_text(const certificate_summary& certificate) {
  std::string result;
  if (!certificate.authority_of.empty())
    result += fmt::format("authority of  {}\n", certificate.authority_of);
  for (const auto& holder : certificate.holders)
    result += fmt::format("holder        {}\n", in_words(holder));
  const auto has_ended = certificate.valid_until < clock::now() ? ", and has expired" : "";
  return result
         + fmt::format("signed by     {}\nvalid from    {}\nvalid until   {}{}\nserial        {}\n", certificate.issuer,
                       day(certificate.valid_from), day(certificate.valid_until), has_ended, certificate.serial);
}

std::string to_json(const certificate_summary& certificate) {
  nlohmann::json result{{"issuer", certificate.issuer},
                        {"serial", certificate.serial},
                        {"valid_from", clock::to_time_t(certificate.valid_from)},
                        {"valid_until", clock::to_time_t(certificate.valid_until)},
                        {"holders", nlohmann::json::array()}};
  if (!certificate.authority_of.empty())
    result["authority_of"] = certificate.authority_of;
  for (const auto& holder : certificate.holders)
    result["holders"].push_back(to_uri(holder));
  return json_line(result);
}

} // namespace

void certificates_command::check() {
  if (directory.empty())
    throw CLI::ValidationError("--dir", "needs the name of a directory");
}

void certificates_command::add_directory(CLI::App& sub) {
  sub.add_option("--dir", directory, "The directory of the authority")->required()->type_name("DIR");
}

void certificates_command::add_days(CLI::App& sub) {
  sub.add_option("--days", days_, "For how many days it is valid; 397 by default")
    ->check(CLI::Range(1, days_max))
    ->type_name("DAYS");
}

CLI::App* certificates_init_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("init", "Make a new authority in a directory, for a cluster");
  sub->add_option("DIR", directory, "Where it is made")->required()->type_name("");
  sub->add_option("--cluster", cluster, "The name of the cluster")->required()->type_name("NAME");
  return sub->footer("Writes authorities.pem, which all nodes and clients need, and authority.key, with which anybody\n"
                     "can be let in: it is needed to make certificates, and nowhere else.");
}

exit_code certificates_init_command::run() const {
  unblock_stop_signals();
  const auto made = certificate_authority::create(directory, cluster, clock::now());
  return made ? say(fmt::format("made {}\n", made->string())) : fail(made.error());
}

CLI::App* certificates_node_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("node", "Make a key and a certificate for each of some nodes");
  sub->add_option("NAME", names, "The names of the nodes")->required()->type_name("");
  add_directory(*sub);
  add_days(*sub);
  return sub->footer("A node NAME needs node-NAME.pem, node-NAME.key and authorities.pem.");
}

exit_code certificates_node_command::run() const {
  return make(directory, names, "made", [this](const certificate_authority& authority, const std::string& name) {
    return authority.issue({authority.cluster(), role::node, name}, clock::now(), valid_for());
  });
}

CLI::App* certificates_client_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("client", "Make a key and a certificate for a client");
  sub->add_option("NAME", name, "The name of the client")->required()->type_name("");
  const auto read = [this](const std::string& text) {
    const auto given = role_from_string(text);
    if (!given || *given == role::node)
      throw CLI::ValidationError("--role", "is one of client, operator and observer");
    is = *given;
  };
  sub
    ->add_option_function<std::string>("--role", read,
                                       "What it may do: \"client\", the default: all that is not about nodes; "
                                       "\"operator\": all; \"observer\": status, keys, watch, sessions")
    ->type_name("ROLE");
  add_directory(*sub);
  add_days(*sub);
  return sub->footer("A client NAME needs client-NAME.pem, client-NAME.key and authorities.pem in a directory, see\n"
                     "--certificates of the other commands.");
}

exit_code certificates_client_command::run() const {
  return make(directory, {name}, "made", [this](const certificate_authority& authority, const std::string& who) {
    return authority.issue({authority.cluster(), is, who}, clock::now(), valid_for());
  });
}

CLI::App* certificates_show_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("show", "Show what a certificate says");
  sub->add_option("FILE", file, "A certificate")->required()->type_name("");
  sub->add_flag("--json", json, "Answer in JSON");
  return sub;
}

exit_code certificates_show_command::run() const {
  unblock_stop_signals();
  const auto certificate = summarise_certificate(file);
  if (!certificate)
    return fail(certificate.error());
  return say(json ? to_json(*certificate) : to_text(*certificate));
}

CLI::App* certificates_renew_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("renew", "Sign certificates anew, with new keys");
  sub->add_option("FILE", files, "node-NAME.pem or client-NAME.pem")->required()->type_name("");
  add_directory(*sub);
  add_days(*sub);
  return sub->footer("Nodes look every 30 s whether their files are others, and need no restart.");
}

exit_code certificates_renew_command::run() const {
  return make(directory, files, "renewed", [this](const certificate_authority& authority, const std::string& file) {
    return authority.renew(file, clock::now(), valid_for());
  });
}

CLI::App* certificates_revoke_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("revoke", "Have certificates let nobody in any more");
  sub->add_option("FILE", files, "node-NAME.pem or client-NAME.pem")->required()->type_name("");
  add_directory(*sub);
  return sub->footer("Writes revocations.pem, which belongs beside authorities.pem on all nodes. They look every 30 s\n"
                     "whether it is another.");
}

exit_code certificates_revoke_command::run() const {
  return make(directory, files, "revoked in", [](const certificate_authority& authority, const std::string& file) {
    return authority.revoke(file, clock::now());
  });
}

} // namespace ariadne
