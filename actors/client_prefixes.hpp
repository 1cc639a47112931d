#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne {

/// What somebody may name: what begins with one of the prefixes.
class key_prefixes {
public:
  explicit key_prefixes(std::vector<std::string> prefixes) : prefixes_(std::move(prefixes)) {}

  /// Whether the name, and all that begins with it, may be named.
  bool cover(std::string_view name) const;

  /// Whether all that `other` covers may be named.
  bool cover(const key_prefixes& other) const;

  /// For people: `what begins with "shop_" or "cart_"`, or `nothing`.
  std::string in_words() const;

private:
  std::vector<std::string> prefixes_;
};

/// The clients and observers that may not name all keys and sessions. May be replaced while they are connected: it
/// counts for the next request, and connections of whom something is taken from are closed. Thread-safe.
class client_prefixes {
public:
  /// The prefixes of each of them, by the name in its certificate. Whoever is not listed may name all.
  using table = std::map<std::string, std::vector<std::string>, std::less<>>;

  client_prefixes() = default;
  explicit client_prefixes(const table& limits) {
    replace(limits);
  }

  void replace(const table& limits);

  /// Null if it may name all.
  std::shared_ptr<const key_prefixes> of(std::string_view client) const;

  /// Grows with each replacement.
  std::uint64_t version() const {
    return version_;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const key_prefixes>, std::less<>> limits_;
  std::atomic<std::uint64_t> version_{0};
};

/// What one client may name at any time. Not thread-safe.
class client_limit {
public:
  /// It may name all.
  client_limit() = default;
  client_limit(std::shared_ptr<const client_prefixes> limits, std::string client);

  /// Null if it may name all.
  std::shared_ptr<const key_prefixes> now() const {
    return limits_ ? limits_->of(client_) : nullptr;
  }

  /// Whether it may not name any more what it could at the last call, or at the beginning.
  bool has_shrunk();

private:
  std::shared_ptr<const client_prefixes> limits_;
  std::string client_;
  std::shared_ptr<const key_prefixes> known_;
};

} // namespace ariadne
