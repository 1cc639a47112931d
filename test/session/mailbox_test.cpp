#include "session/mailbox.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace mailbox_test {

using namespace ariadne;
using session::host_id;
using session::queue_budget;

namespace {

const host_id self{"a", 1};
const host_id owner{"b", 2};
const host_id next_owner{"c", 3};

struct some_mail {
  queue_budget budget{3, 100};
  session::mailbox mail{budget};
  std::vector<std::string> sent;

  ~some_mail() {
    BOOST_TEST(mail.check_invariants(self) == "");
    BOOST_TEST(mail.bytes() == budget.bytes);
  }

  bool post(std::uint64_t number, std::uint64_t now_ms = 0) {
    return mail.post({self, number, "m" + std::to_string(number), now_ms});
  }

  std::vector<std::string> send_to(const host_id& to, std::uint64_t epoch) {
    std::vector<std::string> result;
    mail.send(to, epoch, 1, [&](std::uint64_t, const std::string& payload) { result.push_back(payload); });
    return result;
  }
};

const std::vector<std::string> nothing;

} // namespace

BOOST_FIXTURE_TEST_SUITE(mailbox, some_mail)

BOOST_AUTO_TEST_CASE(messages_go_to_an_owner_in_order_and_a_copy_of_each_stays) {
  post(1);
  post(2);
  BOOST_TEST(send_to(owner, 1) == (std::vector<std::string>{"m1", "m2"}));
  BOOST_TEST(!mail.has_own());
  BOOST_TEST(!mail.is_empty());
  BOOST_TEST((mail.find_sent(2)->to == owner));
  mail.forget_sent(1);
  mail.forget_sent(2);
  BOOST_TEST(mail.is_empty());
  BOOST_TEST(budget.bytes == 0u);
}

BOOST_AUTO_TEST_CASE(nothing_goes_to_the_next_owner_before_the_last_one_has_answered_everything) {
  post(1);
  send_to(owner, 1);
  post(2);
  BOOST_TEST(send_to(next_owner, 2) == nothing);
  mail.forget_sent(1);
  BOOST_TEST(send_to(next_owner, 2) == std::vector<std::string>{"m2"});
}

BOOST_AUTO_TEST_CASE(what_comes_back_is_sent_again_before_what_is_younger) {
  post(1);
  post(2);
  send_to(owner, 1);
  post(3);
  mail.take_back(1, self, 0);
  BOOST_TEST(send_to(next_owner, 2) == nothing);
  mail.take_back(2, self, 0);
  BOOST_TEST(send_to(next_owner, 2) == (std::vector<std::string>{"m1", "m2", "m3"}));
}

BOOST_AUTO_TEST_CASE(an_owner_that_has_given_a_message_back_gets_none_in_that_epoch_nor_an_earlier_one) {
  post(1);
  send_to(owner, 4);
  mail.take_back(1, self, 0);
  BOOST_TEST(!mail.may_send_to(owner, 4));
  BOOST_TEST(!mail.may_send_to(next_owner, 3));
  BOOST_TEST(mail.may_send_to(owner, 5));
}

BOOST_AUTO_TEST_CASE(what_is_handed_to_a_session_here_is_not_kept) {
  post(1);
  std::vector<std::string> handed;
  mail.hand_own(self, 1, [&](session::mailbox::message&& m) { handed.push_back(m.payload); });
  BOOST_TEST(handed == std::vector<std::string>{"m1"});
  BOOST_TEST(budget.bytes == 0u);
  BOOST_TEST((mail.find_sent(1)->to == self));
}

BOOST_AUTO_TEST_CASE(a_full_mailbox_takes_nothing) {
  for (std::uint64_t number = 1; number <= 3; ++number)
    BOOST_TEST(post(number));
  BOOST_TEST(!post(4));
  BOOST_TEST(!mail.accept({owner, 1, "", 0}));
}

BOOST_AUTO_TEST_CASE(no_more_bytes_are_held_than_the_host_has_room_for) {
  BOOST_TEST(!mail.post({self, 1, std::string(101, 'x'), 0}));
  BOOST_TEST(mail.post({self, 1, std::string(100, 'x'), 0}));
  BOOST_TEST(!mail.accept({owner, 1, "x", 0}));
}

BOOST_AUTO_TEST_CASE(messages_of_a_host_that_is_gone_are_forgotten) {
  mail.accept({owner, 1, "act", 0});
  mail.accept({next_owner, 1, "act", 0});
  mail.drop_all_of(owner);
  std::vector<host_id> origins;
  mail.take_foreign([&](const session::mailbox::message& m) { origins.push_back(m.origin); });
  BOOST_TEST((origins == std::vector<host_id>{next_owner}));
}

BOOST_AUTO_TEST_CASE(a_message_that_nobody_waits_for_is_dropped_where_it_waits) {
  post(1);
  mail.accept({owner, 1, "act", 0});
  mail.drop(1, owner);
  BOOST_TEST(!mail.has_foreign());
  BOOST_TEST(mail.has_own());
  mail.drop(1, self);
  BOOST_TEST(mail.is_empty());
}

BOOST_AUTO_TEST_CASE(the_oldest_message_is_taken_once_it_has_waited_long_enough) {
  post(1, 10);
  post(2, 11);
  BOOST_TEST(!mail.take_own_older_than(5, 14));
  BOOST_TEST(mail.take_own_older_than(5, 15)->number == 1u);
  BOOST_TEST(!mail.take_own_older_than(5, 15));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace mailbox_test
