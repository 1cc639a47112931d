#include "actors/network/discovery.hpp"

#include "actors/error.hpp"
#include "actors/network/host_lookup.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

namespace ariadne {

namespace {

using addresses = std::vector<endpoint>;

tl::expected<addresses, std::string> look_up_hosts(const discovery_options& options) {
  const auto found = look_up(endpoint{options.name, options.port});
  if (!found)
    return tl::unexpected(describe(found.error()));
  addresses result;
  for (const auto& address : *found) {
    std::array<char, NI_MAXHOST> host{};
    if (::getnameinfo(address.get(), address.size, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      result.push_back({host.data(), options.port});
  }
  return result;
}

/// The state of a resolver, for one thread.
class resolver {
public:
  resolver() : is_ready_(::res_ninit(&state_) == 0) {}
  ~resolver() {
    if (is_ready_)
      ::res_nclose(&state_);
  }

  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  /// The bytes of an answer, or why there is none.
  tl::expected<std::vector<unsigned char>, std::string> ask(const std::string& name, ns_type type) {
    if (!is_ready_)
      return tl::unexpected(std::string{"the resolver of this system cannot be used"});
    // As long as an answer by TCP can be.
    std::vector<unsigned char> answer(NS_MAXMSG);
    const auto bytes =
      ::res_nsearch(&state_, name.c_str(), ns_c_in, type, answer.data(), static_cast<int>(answer.size()));
    if (bytes < 0)
      return tl::unexpected(std::string{::hstrerror(state_.res_h_errno)});
    answer.resize(std::min(answer.size(), static_cast<std::size_t>(bytes)));
    return answer;
  }

private:
  struct __res_state state_ {};
  bool is_ready_;
};

/// Of one record; nothing, if that is no service that can be dialled.
std::optional<endpoint> read_service(const ns_msg& message, const ns_rr& record) {
  // Priority, weight, port, and a name.
  constexpr std::size_t head_bytes = 6;
  if (ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) <= head_bytes)
    return std::nullopt;
  const auto* data = ns_rr_rdata(record);
  std::array<char, NS_MAXDNAME> host{};
  if (::ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data + head_bytes, host.data(), host.size()) < 0)
    return std::nullopt;
  const auto port = static_cast<std::uint16_t>(::ns_get16(data + 4));
  // A host "." says that there is no such service.
  if (port == 0 || host.front() == '\0' || (host[0] == '.' && host[1] == '\0'))
    return std::nullopt;
  return endpoint{host.data(), port};
}

tl::expected<addresses, std::string> look_up_services(const discovery_options& options) {
  const auto answer = resolver{}.ask(options.name, ns_t_srv);
  if (!answer)
    return tl::unexpected(answer.error());
  ns_msg message;
  if (::ns_initparse(answer->data(), static_cast<int>(answer->size()), &message) < 0)
    return tl::unexpected(std::string{"the answer of the name server cannot be read"});
  addresses result;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (::ns_parserr(&message, ns_s_an, i, &record) < 0)
      return tl::unexpected(std::string{"the answer of the name server cannot be read"});
    if (auto service = read_service(message, record))
      result.push_back(std::move(*service));
  }
  return result;
}

} // namespace

tl::expected<std::vector<endpoint>, std::string> look_up(const discovery_options& options) {
  auto found = options.method == discovery_method::dns ? look_up_hosts(options) : look_up_services(options);
  if (!found)
    return found;
  std::sort(found->begin(), found->end());
  found->erase(std::unique(found->begin(), found->end()), found->end());
  if (found->empty())
    return tl::unexpected(std::string{"it has no addresses"});
  return found;
}

struct discovery::shared {
  discovery_options options;
  std::function<void()> on_result;
  std::function<void(bool)> on_lookup;
  std::mutex mutex;
  std::condition_variable ended;
  bool is_ending = false;
  std::optional<result> last;
  bool is_taken = true;
};

discovery::discovery(discovery_options options, std::function<void()> on_result,
                     std::function<void(bool is_found)> on_lookup)
  : state_(std::make_shared<shared>()) {
  state_->options = std::move(options);
  state_->on_result = std::move(on_result);
  state_->on_lookup = std::move(on_lookup);
  // A name server that is silent may hold a lookup up for long.
  std::thread{[state = state_] { run(state); }}.detach();
}

discovery::~discovery() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->is_ending = true;
  }
  state_->ended.notify_all();
}

std::optional<discovery::result> discovery::take() {
  const std::lock_guard lock{state_->mutex};
  if (std::exchange(state_->is_taken, true))
    return std::nullopt;
  return state_->last;
}

void discovery::run(const std::shared_ptr<shared>& state) {
  auto& s = *state;
  for (;;) {
    auto found = look_up(s.options);
    s.on_lookup(found.has_value());
    std::unique_lock lock{s.mutex};
    if (s.is_ending)
      return;
    if (!s.last || *s.last != found) {
      s.last = std::move(found);
      s.is_taken = false;
      s.on_result();
    }
    if (s.ended.wait_for(lock, s.options.interval, [&] { return s.is_ending; }))
      return;
  }
}

} // namespace ariadne
