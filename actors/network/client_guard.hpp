#pragma once

#include "actors/client_prefixes.hpp"
#include "actors/network/frame_guard.hpp"
#include "actors/network/message_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// One frame as a whole.
struct basp_frame {
  std::uint64_t operation = 0;
  std::uint64_t flags = 0;
  /// Of a message, its id.
  std::uint64_t data = 0;
  std::uint64_t source = 0;
  std::uint64_t target = 0;
  std::string_view payload;
};

/// Reads the header; the payload comes beside it.
basp_frame read_frame(std::span<const std::byte, frame_guard::header_size> header, std::string_view payload);

/// The message that a frame carries, straight or for another node; empty if it carries none.
std::string_view message_of(const basp_frame& frame, const basp_format& format);

enum class frame_fate {
  pass,
  drop,
  /// The role does not have it.
  refuse,
  /// The role has it, but it names what the client may not.
  refuse_name
};

struct frame_judgement {
  frame_fate fate = frame_fate::pass;
  /// What is wrong, as the end of a sentence; empty if that need not be said.
  std::string_view why = {};
};

/// Messages without content and with a mere error, as CAF writes them.
struct plain_answers {
  std::string empty;
  std::string error;
};

/// Decides what passes from a client, whose role permits some requests, to CAF. A client is no part of the cluster:
/// what it says is from its own actors, and about these. What it may not ask for is refused with an answer; all else
/// that it must not send is dropped.
///
///     message to a name       dropped silently: CAF asks for its SpawnServ so
///     routed message          dropped silently: CAF asks third nodes so
///     answer                  passes if a request of this side waits for it, and it has no content but a mere error
///     message of nobody       dropped: it could not be told from one of this process
///     request, message        passes if the role has the clause; a handle in it is one of the client's own node, and
///                             a key or a session in it one that the client may name
///     monitor, down           pass if they are from the client's own node to this one
///
/// What this side sends is shown to it as well, so that it knows which answers are waited for. Not thread-safe.
class client_guard {
public:
  /// A client that answers nothing is not sent requests without end: the oldest that wait are forgotten.
  static constexpr std::size_t requests_max = 1024;

  /// The ids are those of the client's node and of this one, as CAF writes them. The rest has to outlive the guard.
  client_guard(const request_rules& rules, const plain_answers& answers, const basp_format& format,
               std::string client_id, std::string own_id, client_limit limit = {});

  frame_judgement judge(const basp_frame& frame);

  /// These bytes are sent to the client: whole frames.
  void note_sent(std::string_view frames);

  client_limit& limit() {
    return limit_;
  }

private:
  frame_judgement judge_message(const basp_frame& frame);
  frame_judgement judge_request(std::string_view message, bool is_answered) const;
  bool may_name(const allowed_request& request) const;
  frame_judgement judge_about_actor(const basp_frame& frame, std::size_t bytes_max) const;

  const request_rules& rules_;
  const plain_answers& answers_;
  basp_format format_;
  std::string client_id_;
  std::string own_id_;
  client_limit limit_;
  /// The requests of this side that wait for an answer: who has asked, and the number.
  std::set<std::pair<std::uint64_t, std::uint64_t>> asked_;
};

/// The answer of an actor that a request has not reached: a frame with this message.
std::string refusal_of(const basp_frame& request, std::string_view message, bool has_stages);

} // namespace ariadne
