#include "actors/credentials.hpp"

#include "actors/network/tls_context.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include <sys/stat.h>

namespace ariadne {

namespace {

credential_files files_in(const std::filesystem::path& directory, const std::string& who) {
  return {directory / (who + ".pem"), directory / (who + ".key"), directory / "authorities.pem",
          directory / "revocations.pem", true};
}

/// What changes when one of the files does: where they are, how large they are, and when they were last written.
std::string stamp_of(const credential_files& files) {
  std::string result;
  for (const auto* file : {&files.certificate, &files.key, &files.authorities, &files.revocations}) {
    struct stat found {};
    if (::stat(file->c_str(), &found) == 0)
      result += fmt::format("{}/{}/{}/{}.{} ", found.st_dev, found.st_ino, found.st_size, found.st_ctim.tv_sec,
                            found.st_ctim.tv_nsec);
    else
      result += "none ";
  }
  return result;
}

} // namespace

credential_files files_of_node(const std::filesystem::path& directory, const std::string& name) {
  return files_in(directory, "node-" + name);
}

credential_files files_of_client(const std::filesystem::path& directory, const std::string& name) {
  return files_in(directory, "client-" + name);
}

credentials::credentials(credential_files files, std::string cluster)
  : files_(std::move(files)), cluster_(std::move(cluster)) {}

credentials::~credentials() = default;

tl::expected<std::shared_ptr<credentials>, std::string> credentials::load(credential_files files, std::string cluster) {
  std::shared_ptr<credentials> result{new credentials{std::move(files), std::move(cluster)}};
  result->stamp_ = stamp_of(result->files_);
  auto loaded = tls_context::load(result->files_);
  if (!loaded)
    return tl::unexpected(std::move(loaded.error()));
  const auto& own = (*loaded)->own();
  if (result->cluster_.empty())
    result->cluster_ = own.front().cluster;
  if (find_in_cluster(own, result->cluster_) == nullptr)
    return tl::unexpected(fmt::format("the certificate {} is for {}, and not for anybody of cluster {}",
                                      result->files_.certificate.string(), in_words(own), result->cluster_));
  result->current_ = std::move(*loaded);
  return result;
}

tl::expected<bool, std::string> credentials::reload_if_changed() {
  auto stamp = stamp_of(files_);
  {
    const std::lock_guard lock{mutex_};
    if (stamp == std::exchange(stamp_, stamp))
      return false;
  }
  auto loaded = tls_context::load(files_);
  if (!loaded)
    return tl::unexpected(
      fmt::format("the certificates have changed, and those from before stay in use: {}", loaded.error()));
  const std::lock_guard lock{mutex_};
  // A certificate of somebody else would change who this process is for all that know it.
  if ((*loaded)->own() != current_->own())
    return tl::unexpected(
      fmt::format("the certificate {} is now for {}, and the one from before, for {}, stays in use; "
                  "start again to be somebody else",
                  files_.certificate.string(), in_words((*loaded)->own()), in_words(current_->own())));
  current_ = std::move(*loaded);
  return true;
}

std::vector<identity> credentials::own() const {
  auto result = current()->own();
  std::erase_if(result, [this](const identity& who) { return who.cluster != cluster_; });
  return result;
}

credentials::time_point credentials::valid_until() const {
  return current()->valid_until();
}

std::shared_ptr<const tls_context> credentials::current() const {
  const std::lock_guard lock{mutex_};
  return current_;
}

std::optional<std::string> expiry_warnings::next(time_point valid_until, time_point now) {
  constexpr std::array days_before{1, 7, 30};
  if (warned_of_ != valid_until) {
    warned_of_ = valid_until;
    days_warned_of_ = days_before.back() + 1;
  }
  for (const auto days : days_before) {
    if (valid_until - now > std::chrono::hours{24 * days})
      continue;
    if (days >= days_warned_of_)
      return std::nullopt;
    days_warned_of_ = days;
    if (valid_until <= now)
      return "the certificate of this process has expired: others refuse new connections; renew it with "
             "\"ariadne certificates renew\"";
    return fmt::format(
      "the certificate of this process expires within {}; renew it with \"ariadne certificates renew\"",
      days == 1 ? std::string{"a day"} : fmt::format("{} days", days));
  }
  return std::nullopt;
}

} // namespace ariadne
