// What passes from a client to CAF: see actors/network/client_guard.hpp and actors/network/message_rules.hpp.

#include "actors/internal/node_messages.hpp"
#include "actors/network/client_guard.hpp"
#include "actors/network/identity_book.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace ariadne::test::client_guard_test {

namespace {

using std::string_literals::operator""s;

constexpr std::uint64_t normal = std::uint64_t{1} << 60;
constexpr std::uint64_t response = std::uint64_t{1} << 63;

/// The suite hides its name.
using guard_of_clients = ariadne::client_guard;

/// Those of CAF.
enum operation : std::uint8_t { direct_message = 2, routed_message, monitor_message, down_message, heartbeat };

/// A message as CAF 0.17 writes it: two zeros, the names of the types, and what it holds.
std::string message(const std::string& types, const std::string& content = {}) {
  const auto names = "@<>" + types;
  return "\0\0"s + static_cast<char>(names.size()) + names + content;
}

/// The same as 1.x writes it.
std::string numbered(const std::string& types, const std::string& content = {}) {
  return static_cast<char>(types.size() / 2) + types + content;
}

const std::string keys_value = "keysatom";
const std::string watch_value = "watchato";
const std::string keys_request = message("+@atom+@str", keys_value + "\3abc");
const std::string id_of_client = "\7cccc" + std::string(20, 'h');
const std::string id_of_node = "\7nnnn" + std::string(20, 'h');
const std::string id_of_other = "\7oooo" + std::string(20, 'h');
const std::string handle_number = "\0\0\0\0\0\0\0\x2a"s;

basp_format format() {
  return {.version = 6, .id_tag = {std::byte{7}}, .id_tag_size = 1, .id_size = 25, .has_stages = true};
}

/// The guard of a client that may ask for keys, and watch with an actor of its own.
struct guarded_client {
  guarded_client() {
    rules.allow(keys_request, true, true, false);
    rules.allow(message("+@atom+watcher", watch_value + handle_number + id_of_node), true, true, true);
  }

  frame_judgement judge(std::uint8_t operation, const std::string& payload, std::uint64_t data = normal,
                        std::uint64_t source = 5, std::uint64_t target = 9, std::uint64_t flags = 0) {
    return guard.judge({operation, flags, data, source, target, payload});
  }

  frame_judgement judge_message(const std::string& content, std::uint64_t data = normal, std::uint64_t source = 5) {
    return judge(direct_message, "\0"s + content, data, source);
  }

  request_rules rules;
  plain_answers answers{message(""), message("+@error", std::string(15, '\0'))};
  client_guard guard{rules, answers, format(), id_of_client, id_of_node};
};

bool passes(const frame_judgement& judgement) {
  return judgement.fate == frame_fate::pass;
}

bool is_dropped(const frame_judgement& judgement) {
  return judgement.fate == frame_fate::drop;
}

/// A request of an actor of the node to one of the client.
std::string request_to_client(std::uint64_t source, std::uint64_t number, std::size_t payload_size) {
  basp_frame frame{.data = number, .source = 7, .target = source};
  auto bytes = refusal_of(frame, std::string(payload_size, 'x'), true);
  // It is no response.
  bytes[8] &= '\x7f';
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_guard)

BOOST_AUTO_TEST_CASE(what_the_role_has_passes_with_any_content) {
  guarded_client client;
  BOOST_TEST(passes(client.judge_message(keys_request)));
  BOOST_TEST(passes(client.judge_message(message("+@atom+@str", keys_value + std::string(1000, 'k')))));
  BOOST_TEST(passes(client.judge(heartbeat, "")));
}

BOOST_AUTO_TEST_CASE(a_request_that_the_role_has_not_is_refused_and_a_message_is_dropped) {
  guarded_client client;
  // The same types, but another atom.
  const auto leave = message("+@atom+@str", "leaveato\3abc");
  BOOST_TEST((client.judge_message(leave, normal | 17).fate == frame_fate::refuse));
  BOOST_TEST(is_dropped(client.judge_message(leave, normal)));
  // The same atom, but other types.
  BOOST_TEST((client.judge_message(message("+@atom+@str+@str", keys_value), normal | 17).fate == frame_fate::refuse));
  BOOST_TEST((client.judge_message("", normal | 17).fate == frame_fate::refuse));
  for (std::size_t size = 0; size + 5 < keys_request.size(); ++size)
    BOOST_TEST(!passes(client.judge_message(keys_request.substr(0, size))), size);
}

BOOST_AUTO_TEST_CASE(a_handle_is_one_of_the_client_itself) {
  guarded_client client;
  const auto watch_with = [](const std::string& id) {
    return message("+@atom+watcher", watch_value + handle_number + id);
  };
  BOOST_TEST(passes(client.judge_message(watch_with(id_of_client))));
  BOOST_TEST(!passes(client.judge_message(watch_with(id_of_node))));
  BOOST_TEST((client.judge_message(watch_with(id_of_other), normal | 3).fate == frame_fate::refuse));
}

BOOST_AUTO_TEST_CASE(a_limited_client_names_keys_and_sessions_that_begin_with_its_prefixes_alone) {
  const auto limits = std::make_shared<client_prefixes>(client_prefixes::table{{"shop", {"shop_"}}, {"nobody", {}}});
  request_rules rules;
  const std::string no_atom(8, '\0');
  const auto start_types = "+@atom+@str+@str"s;
  rules.allow(message("+@atom+@str", no_atom), true, true, false, request_subject::key);
  rules.allow(message(start_types, no_atom), true, true, false, request_subject::session);
  rules.allow(message("+@atom", no_atom), true, true, false, request_subject::every_session);
  rules.allow(message("+@atom+n", no_atom), true, true, false);
  const plain_answers answers;
  const auto fate_of = [&](const std::string& client, const std::string& content, std::uint64_t data = normal | 17) {
    guard_of_clients guard{rules, answers, format(), id_of_client, id_of_node, client_limit{limits, client}};
    return guard.judge({direct_message, 0, data, 5, 9, "\0"s + content}).fate;
  };
  const auto of_key = [&](const std::string& content) { return message("+@atom+@str", no_atom + content); };
  const auto of_session = [&](const std::string& content) { return message(start_types, no_atom + content); };
  BOOST_TEST((fate_of("shop", of_key("\6shop_1")) == frame_fate::pass));
  BOOST_TEST((fate_of("shop", of_key("\6bank_1")) == frame_fate::refuse_name));
  BOOST_TEST((fate_of("shop", of_key("\6bank_1"), normal) == frame_fate::drop));
  BOOST_TEST((fate_of("shop", of_key("\4shop_1")) == frame_fate::refuse_name));
  BOOST_TEST((fate_of("other", of_key("\6bank_1")) == frame_fate::pass));
  BOOST_TEST((fate_of("nobody", of_key("\6shop_1")) == frame_fate::refuse_name));
  BOOST_TEST((fate_of("shop", of_session("\4game\6shop_1")) == frame_fate::pass));
  BOOST_TEST((fate_of("shop", of_session("\6shop_1\6bank_1")) == frame_fate::refuse_name));
  BOOST_TEST((fate_of("shop", message("+@atom", no_atom)) == frame_fate::refuse_name));
  BOOST_TEST((fate_of("shop", message("+@atom+n", no_atom)) == frame_fate::pass));
  // What cannot be read, or may be read in another way.
  for (const auto& content : {""s, "\7shop_1"s, "\x86\x80\x80\x80\x10shop_1"s, "\x86\x80\x80\x80\x80\0shop_1"s})
    BOOST_TEST((fate_of("shop", of_key(content)) == frame_fate::refuse_name));
}

BOOST_AUTO_TEST_CASE(what_is_of_nobody_or_for_a_name_or_for_another_node_is_dropped) {
  guarded_client client;
  const auto of_nobody = client.judge_message(keys_request, normal, 0);
  BOOST_TEST(is_dropped(of_nobody));
  BOOST_TEST(!of_nobody.why.empty());
  // CAF sends both by itself, so nobody need be told.
  const auto for_a_name = client.judge(direct_message, "\0"s + keys_request, normal, 5, 9, 1);
  BOOST_TEST(is_dropped(for_a_name));
  BOOST_TEST(for_a_name.why.empty());
  const auto routed = client.judge(routed_message, id_of_client + id_of_other + "\0"s + keys_request);
  BOOST_TEST(is_dropped(routed));
  BOOST_TEST(routed.why.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_passes_once_and_only_if_it_was_asked_for) {
  guarded_client client;
  const auto answer = [&](std::uint64_t number) {
    return client.judge(direct_message, "\0"s + client.answers.empty, response | normal | number, 5, 9);
  };
  BOOST_TEST(is_dropped(answer(17)));
  client.guard.note_sent(request_to_client(9, normal | 17, 40) + request_to_client(9, normal | 18, 0));
  BOOST_TEST(is_dropped(answer(16)));
  BOOST_TEST(passes(answer(17)));
  BOOST_TEST(is_dropped(answer(17)));
  BOOST_TEST(passes(answer(18)));
  // Another actor of this side has asked.
  client.guard.note_sent(request_to_client(8, normal | 19, 3));
  BOOST_TEST(is_dropped(answer(19)));
}

BOOST_AUTO_TEST_CASE(an_answer_has_no_content_but_a_mere_error) {
  guarded_client client;
  const auto answer = [&](const std::string& content) {
    client.guard.note_sent(request_to_client(9, normal | 17, 40));
    return client.judge(direct_message, "\0"s + content, response | normal | 17, 5, 9);
  };
  BOOST_TEST(passes(answer(client.answers.empty)));
  BOOST_TEST(passes(answer(message("+@error", std::string(15, 'e')))));
  // One with a message in it.
  BOOST_TEST(is_dropped(answer(message("+@error", std::string(55, 'e')))));
  BOOST_TEST(is_dropped(answer(message("+@atomm", std::string(15, 'e')))));
}

BOOST_AUTO_TEST_CASE(a_client_speaks_for_its_own_actors_alone) {
  guarded_client client;
  BOOST_TEST(passes(client.judge(monitor_message, id_of_client + id_of_node)));
  BOOST_TEST(is_dropped(client.judge(monitor_message, id_of_other + id_of_node)));
  BOOST_TEST(is_dropped(client.judge(monitor_message, id_of_client + id_of_other)));
  BOOST_TEST(is_dropped(client.judge(monitor_message, id_of_client + id_of_node + "x")));
  BOOST_TEST(passes(client.judge(down_message, id_of_client + id_of_node + std::string(15, 'e'))));
  BOOST_TEST(is_dropped(client.judge(down_message, id_of_other + id_of_node + std::string(15, 'e'))));
  BOOST_TEST(is_dropped(client.judge(down_message, id_of_client + id_of_node + std::string(1000, 'e'))));
}

BOOST_AUTO_TEST_CASE(requests_that_are_never_answered_are_forgotten) {
  guarded_client client;
  for (std::uint64_t number = 1; number <= guard_of_clients::requests_max + 10; ++number)
    client.guard.note_sent(request_to_client(9, normal | number, 0));
  BOOST_TEST(is_dropped(client.judge(direct_message, "\0"s + client.answers.empty, response | normal | 1, 5, 9)));
  BOOST_TEST(passes(client.judge(direct_message, "\0"s + client.answers.empty,
                                 response | normal | (guard_of_clients::requests_max + 10), 5, 9)));
}

BOOST_AUTO_TEST_CASE(nobody_sends_what_only_caf_may_say) {
  const content_rules named{true, {"@exit", "@charbuf"}, {"@error"}};
  BOOST_TEST(!objection_to(message(""), named).has_value());
  BOOST_TEST(!objection_to(message("+@atom+@str", "anything"), named).has_value());
  BOOST_TEST(objection_to(message("+@exit"), named).has_value());
  BOOST_TEST(objection_to(message("+@atom+@charbuf"), named).has_value());
  BOOST_TEST(!objection_to(message("+@exits+my@exit"), named).has_value());
  const content_rules by_number{false, {"\0\x07"s}, {"\0\x08"s}};
  BOOST_TEST(!objection_to(numbered("\0\x06\x07\0"s), by_number).has_value());
  BOOST_TEST(objection_to(numbered("\0\x06\0\x07"s), by_number).has_value());
}

BOOST_AUTO_TEST_CASE(what_nests_is_short) {
  const content_rules rules{true, {}, {"@error"}};
  BOOST_TEST(!objection_to(message("+@error", std::string(1000, 'e')), rules).has_value());
  BOOST_TEST(objection_to(message("+@error", std::string(nesting_bytes_max, 'e')), rules).has_value());
  BOOST_TEST(!objection_to(message("+@str", std::string(nesting_bytes_max, 'e')), rules).has_value());
}

BOOST_AUTO_TEST_CASE(types_that_cannot_be_read_do_not_pass) {
  const content_rules named{true, {}, {}};
  for (const auto& bytes : {""s, "\0"s, "\0\0"s, "\0\0\x7f"s, "\0\0\xff\xff\xff\xff\xff"s, "\0\0\3abc"s, "\0\0\4@<>"s})
    BOOST_TEST(objection_to(bytes, named).has_value());
  const content_rules by_number{false, {}, {}};
  for (const auto& bytes : {""s, "\1"s, "\2\0\1\0"s, "\xff\xff\xff\xff\xff\xff"s})
    BOOST_TEST(objection_to(bytes, by_number).has_value());
}

BOOST_AUTO_TEST_CASE(a_refusal_is_a_response_to_whoever_has_asked) {
  const basp_frame request{.operation = direct_message, .data = normal | 17, .source = 5, .target = 9};
  const auto bytes = refusal_of(request, "why", true);
  const auto answer =
    read_frame(std::as_bytes(std::span{bytes}).first<frame_guard::header_size>(), std::string_view{bytes}.substr(32));
  BOOST_TEST(int{static_cast<std::uint8_t>(answer.operation)} == int{direct_message});
  BOOST_TEST(answer.data == (response | normal | 17));
  BOOST_TEST(answer.source == 9u);
  BOOST_TEST(answer.target == 5u);
  BOOST_TEST(message_of(answer, format()) == "why");
}

BOOST_AUTO_TEST_CASE(the_id_of_a_node_is_that_nodes_for_ever_and_that_of_a_client_while_it_is_connected) {
  identity_book book;
  const std::vector<identity> a{{"demo", role::node, "a"}};
  const std::vector<identity> b{{"demo", role::node, "b"}};
  const std::vector<identity> client{{"demo", role::client, "c"}};
  BOOST_TEST(book.enter("id of a", a));
  BOOST_TEST(book.enter("id of a", a));
  BOOST_TEST(!book.enter("id of a", b));
  BOOST_TEST(!book.enter("id of a", client));
  book.leave("id of a");
  book.leave("id of a");
  BOOST_TEST(!book.enter("id of a", client));
  BOOST_TEST(book.is_node("id of a", "a"));
  BOOST_TEST(!book.is_node("id of a", "b"));
  BOOST_TEST(book.enter("id of c", client));
  BOOST_TEST(!book.is_node("id of c", "c"));
  BOOST_TEST(!book.enter("id of c", b));
  book.leave("id of c");
  BOOST_TEST(book.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::client_guard_test
