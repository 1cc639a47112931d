#include "app/process/service_manager.hpp"

#include "test/support/child_process.hpp"
#include "test/support/notified_socket.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <unistd.h>

namespace service_manager_test {

using namespace ariadne;
using namespace std::chrono_literals;
using test::notified_socket;

namespace {

void set_environment(const std::string& socket, const char* watchdog_us = "", const std::string& pid = "") {
  ::setenv("NOTIFY_SOCKET", socket.c_str(), 1);
  ::setenv("WATCHDOG_USEC", watchdog_us, 1);
  ::setenv("WATCHDOG_PID", pid.c_str(), 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_AUTO_TEST_CASE(the_manager_hears_in_the_words_of_sd_notify_what_the_process_does) {
  const test::temporary_directory directory;
  for (const auto& path : {(directory.path() / "notify").string(), "@ariadne-test-" + std::to_string(::getpid())}) {
    const notified_socket listener{path};
    set_environment(path);
    const auto manager = ariadne::service_manager::from_environment();
    manager.ready("node a\nready");
    BOOST_TEST(listener.next(10s).value() == "READY=1\nSTATUS=node a ready");
    manager.status("caught up");
    BOOST_TEST(listener.next(10s).value() == "STATUS=caught up");
    manager.stopping(7s, "handing over");
    BOOST_TEST(listener.next(10s).value() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=7000000\nSTATUS=handing over");
    manager.alive();
    BOOST_TEST(listener.next(10s).value() == "WATCHDOG=1");
  }
}

BOOST_AUTO_TEST_CASE(the_processes_that_this_one_starts_do_not_speak_to_its_manager) {
  set_environment("/run/somewhere", "30000000", std::to_string(::getpid()));
  ariadne::service_manager::from_environment();
  for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    BOOST_TEST(std::getenv(name) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_watchdog_is_answered_twice_as_often_as_it_asks_for) {
  set_environment("@ariadne-test", "30000000", std::to_string(::getpid()));
  BOOST_TEST((ariadne::service_manager::from_environment().watchdog_interval() == 15s));
  set_environment("@ariadne-test", "30000000");
  BOOST_TEST((ariadne::service_manager::from_environment().watchdog_interval() == 15s));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_sign_of_life_if_the_watchdog_is_off_or_another_process_is_watched) {
  for (const auto* watchdog_us : {"", "0", "soon", "-1", "99999999999999999999"}) {
    set_environment("@ariadne-test", watchdog_us);
    BOOST_TEST(!ariadne::service_manager::from_environment().watchdog_interval());
  }
  set_environment("@ariadne-test", "30000000", "1");
  BOOST_TEST(!ariadne::service_manager::from_environment().watchdog_interval());
  set_environment("", "30000000");
  BOOST_TEST(!ariadne::service_manager::from_environment().watchdog_interval());
}

BOOST_AUTO_TEST_CASE(a_manager_that_cannot_be_reached_or_does_not_read_keeps_nobody_waiting) {
  for (const auto& path : {std::string{"nowhere"}, std::string{"/nowhere"}, "/" + std::string(200, 'x')}) {
    set_environment(path);
    ariadne::service_manager::from_environment().ready("ready");
  }
  const test::temporary_directory directory;
  const auto path = (directory.path() / "notify").string();
  const notified_socket listener{path};
  set_environment(path);
  const auto manager = ariadne::service_manager::from_environment();
  for (auto i = 0; i < 10'000; ++i)
    manager.status("more than the socket holds");
  BOOST_TEST(listener.next(0ms).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace service_manager_test
